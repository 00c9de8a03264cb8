INSERT INTO requests (id, reference, chat_id, why, urgent, state, created_at)
VALUES ($1, $2, $3, $4, $5, 'open', $6)
ON CONFLICT (reference) DO NOTHING
