INSERT INTO attachments (id, intervention_id, position, kind, name, media_type, bytes, blob, question_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
