-- Adds to the record, or takes from it; nothing falls below zero.
INSERT INTO outcomes (procedure_id, family, solved, reopened)
VALUES ($1, $2, CASE WHEN CAST($3 AS BIGINT) < 0 THEN 0 ELSE $3 END, CAST($4 AS BIGINT))
ON CONFLICT (procedure_id, family) DO UPDATE SET
    solved = CASE WHEN outcomes.solved + $3 < 0 THEN 0 ELSE outcomes.solved + $3 END,
    reopened = outcomes.reopened + $4
