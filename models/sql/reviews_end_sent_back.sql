UPDATE reviews SET state = 'decided', decision = 'merge', decided_at = $2
WHERE draft_id = $1 AND state = 'sent_back'
