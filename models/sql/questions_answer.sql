UPDATE questions SET answer = $3, answered_by = $4
WHERE id = $1 AND intervention_id = $2 AND answer IS NULL
