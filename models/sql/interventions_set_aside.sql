-- What a case told before it was reopened, under an identifier of its own.
INSERT INTO interventions (id, source, external_id, provider, customer, stage, intake, received_at, updated_at,
                           told_anew_by)
SELECT CAST($2 AS TEXT), source, external_id || ' ' || CAST($2 AS TEXT), provider, customer, stage, intake, received_at,
       CAST($3 AS BIGINT), id
FROM interventions
WHERE id = $1
