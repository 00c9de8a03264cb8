UPDATE accounts
SET name = $2, login = $3, password = NULL, issuer = NULL, subject = NULL, updated_at = $4
WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM accounts AS other WHERE other.login = $3 AND other.id <> $1)
