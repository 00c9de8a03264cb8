SELECT * FROM interventions
WHERE id > $1
  AND told_anew_by IS NULL
  AND (CAST($2 AS TEXT) IS NULL OR stage = $2)
  AND (CAST($3 AS BIGINT) = 0 OR (waiting IS NOT NULL AND stage NOT IN ('merged', 'rejected', 'reopened')))
  AND (CAST($4 AS TEXT) IS NULL OR provider = $4)
  AND (CAST($5 AS TEXT) IS NULL OR customer = $5)
ORDER BY id
LIMIT $6
