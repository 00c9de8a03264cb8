UPDATE jobs SET state = 'waiting', ready_at = $2, fault = $3
WHERE step = $1 AND state IN ('ready', 'waiting') AND ready_at < $2
