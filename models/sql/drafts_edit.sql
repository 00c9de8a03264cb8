UPDATE drafts SET content = $3, version = version + 1, updated_at = $4
WHERE id = $1 AND version = $2
  AND EXISTS (SELECT 1 FROM reviews WHERE reviews.draft_id = drafts.id AND reviews.state = 'open')
