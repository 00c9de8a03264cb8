SELECT DISTINCT comments.review_id FROM mentions
JOIN comments ON comments.id = mentions.comment_id
JOIN reviews ON reviews.id = comments.review_id
WHERE mentions.name = $1 AND reviews.state = 'open'
