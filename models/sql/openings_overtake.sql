UPDATE openings SET state = 'overtaken', decided_at = $2
WHERE procedure_id = $1 AND state = 'open'
