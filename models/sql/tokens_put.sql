INSERT INTO tokens (id, hash, name, role, organisation, scopes, created_at, expires_at, account_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
