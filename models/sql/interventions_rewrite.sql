UPDATE interventions SET intake = $2, customer = $3, delivered_as = COALESCE(delivered_as, $4)
WHERE id = $1
