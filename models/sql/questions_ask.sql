INSERT INTO questions (id, intervention_id, text, asked_by, asked_at)
VALUES ($1, $2, $3, $4, $5)
