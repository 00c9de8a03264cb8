SELECT * FROM audit
WHERE seq < $1
  AND (CAST($2 AS TEXT) IS NULL OR action = $2)
  AND (CAST($3 AS TEXT) IS NULL OR who = $3)
  AND (CAST($4 AS TEXT) IS NULL OR subject = $4)
ORDER BY seq DESC
LIMIT $5
