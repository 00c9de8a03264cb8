UPDATE interventions SET
    provider = $2, customer = $3, stage = $4, intake = $5, delivered_as = NULL, exchanges_removed_at = NULL, waiting = NULL, procedure_id = NULL,
    received_at = $6, updated_at = $6
WHERE id = $1
