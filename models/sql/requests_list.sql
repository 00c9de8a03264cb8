-- The urgent first, the oldest first. The cursor is the urgency and the identifier of the last one shown.
SELECT * FROM requests
WHERE (CAST($1 AS TEXT) IS NULL OR state = $1)
  AND (urgent < $2 OR (urgent = $2 AND id > $3))
ORDER BY urgent DESC, id
LIMIT $4
