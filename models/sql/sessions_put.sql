INSERT INTO sessions (id, account_id, hash, agent, created_at, seen_at, expires_at)
SELECT $1, accounts.id, $2, $3, $4, $4, $5
FROM accounts
WHERE accounts.id = $6 AND accounts.disabled_at IS NULL AND COALESCE(accounts.password, '') = $7
