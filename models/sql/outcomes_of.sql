SELECT family, solved, reopened FROM outcomes
WHERE procedure_id = $1
ORDER BY family
