UPDATE interventions SET waiting = $2, updated_at = $3
WHERE (waiting IS NULL OR waiting <> $2)
  AND id IN (SELECT subject FROM jobs WHERE step = $1 AND state = 'waiting')
