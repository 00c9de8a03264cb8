SELECT * FROM openings
WHERE state = $1 AND id > $2
ORDER BY id
LIMIT $3
