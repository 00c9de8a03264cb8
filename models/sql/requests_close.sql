UPDATE requests SET state = 'closed', closed_by = $2, closed_at = $3, outcome = $4
WHERE id = $1 AND state <> 'closed'
