SELECT * FROM passages
WHERE owner_kind = $1 AND owner_id = $2 AND gone = 0
ORDER BY seq
