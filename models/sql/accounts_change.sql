UPDATE accounts
SET role = $2, organisation = $3, disabled_at = $4, updated_at = $5
WHERE id = $1
