INSERT INTO edits (draft_id, version, author, diff, created_at, hand)
VALUES ($1, $2, $3, $4, $5, $6)
