UPDATE procedures SET cases = CASE WHEN cases > 0 THEN cases - 1 ELSE 0 END, updated_at = $2
WHERE id = $1
RETURNING cases
