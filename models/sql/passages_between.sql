SELECT * FROM passages
WHERE seq > $1 AND seq < $2 AND family = $3 AND gone = 0
ORDER BY seq
