SELECT * FROM passages
WHERE seq > $1 AND seq < $2 AND gone = 0
ORDER BY seq DESC
LIMIT $3
