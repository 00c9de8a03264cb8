UPDATE interventions SET
    provider = $2, customer = $3, stage = $4, intake = $5, waiting = NULL, procedure_id = NULL,
    received_at = $6, updated_at = $6
WHERE id = $1
