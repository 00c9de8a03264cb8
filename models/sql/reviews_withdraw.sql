UPDATE reviews SET state = 'decided', decision = $2, reason = $3, decided_by = $4, decided_at = $5
WHERE draft_id = $1 AND state IN ('open', 'sent_back')
RETURNING id
