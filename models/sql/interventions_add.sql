INSERT INTO interventions (id, source, external_id, provider, customer, stage, intake, received_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
ON CONFLICT (source, external_id) DO NOTHING
