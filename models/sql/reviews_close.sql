UPDATE reviews SET state = $2, decision = $3, reason = $4, decided_by = $5, decided_at = $6
WHERE id = $1 AND state = 'open'
  AND (SELECT version FROM drafts WHERE drafts.id = reviews.draft_id) = $7
