INSERT INTO procedures (id, confidence, audience, governance, revision, cases, worked, failed, created_at, updated_at)
VALUES ($1, $2, $3, $4, 1, $5, 0, 0, $6, $6)
