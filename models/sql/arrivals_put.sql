INSERT INTO arrivals (account_id, hash, at)
VALUES ($1, $2, $3)
ON CONFLICT (account_id, hash) DO UPDATE SET at = excluded.at
