INSERT INTO idempotency (token_id, key, request_hash, intervention_id, created_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (token_id, key) DO NOTHING
