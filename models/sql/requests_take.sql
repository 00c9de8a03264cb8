UPDATE requests SET state = 'taken', taken_by = $2, taken_at = $3
WHERE id = $1 AND state = 'open'
