UPDATE procedures SET worked = worked + $2, failed = failed + 1 - $2
WHERE id = $1
RETURNING worked, failed
