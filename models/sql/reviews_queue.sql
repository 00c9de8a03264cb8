SELECT reviews.*, drafts.content, drafts.comparison, drafts.version FROM reviews
JOIN drafts ON drafts.id = reviews.draft_id
WHERE reviews.state = $1 AND (reviews.worth < $2 OR (reviews.worth = $2 AND reviews.id > $3))
ORDER BY reviews.worth DESC, reviews.id
LIMIT $4
