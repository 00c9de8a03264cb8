INSERT INTO revisions (procedure_id, number, content, author, review_id, diff, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
