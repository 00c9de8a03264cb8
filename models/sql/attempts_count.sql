INSERT INTO attempts (login, failures, locked_until, at)
VALUES ($1, 0, 0, $2)
ON CONFLICT (login) DO UPDATE SET at = excluded.at
RETURNING failures, locked_until
