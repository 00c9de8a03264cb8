UPDATE interventions SET waiting = $2, updated_at = $3
WHERE id = $1 AND (waiting IS NULL OR waiting <> $2)
