SELECT intervention_id, request_hash FROM idempotency WHERE token_id = $1 AND key = $2
