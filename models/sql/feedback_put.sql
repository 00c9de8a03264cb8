INSERT INTO feedback (id, procedure_id, worked, comment, author, created_at)
VALUES ($1, $2, $3, $4, $5, $6)
