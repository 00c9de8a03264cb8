SELECT * FROM reviews
WHERE state = $1 AND (worth < $2 OR (worth = $2 AND id > $3))
ORDER BY worth DESC, id
LIMIT $4
