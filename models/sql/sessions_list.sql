SELECT * FROM sessions
WHERE account_id = COALESCE($1, account_id) AND expires_at > $2 AND seen_at > $3
ORDER BY id DESC
LIMIT 1000
