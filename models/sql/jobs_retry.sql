UPDATE jobs SET state = 'ready', failures = 0, ready_at = $2, fault = NULL
WHERE subject = $1 AND state = 'dead'
RETURNING step
