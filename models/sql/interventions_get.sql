SELECT * FROM interventions
WHERE id = $1
  AND (CAST($2 AS TEXT) IS NULL OR provider = $2)
  AND (CAST($3 AS TEXT) IS NULL OR customer = $3)
