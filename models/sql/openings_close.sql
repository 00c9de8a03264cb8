UPDATE openings SET state = $2, decided_by = $3, decided_at = $4, reason = $5
WHERE id = $1 AND state = 'open'
