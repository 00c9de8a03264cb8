UPDATE jobs SET state = $3, failures = failures + $4, ready_at = $5, fault = $6
WHERE id = $1 AND attempt = $2 AND state = 'running'
