INSERT INTO accounts (id, name, login, role, organisation, issuer, subject, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
ON CONFLICT DO NOTHING
