-- Whoever revised the procedure has done what these reviews were opened again for.
UPDATE reviews SET state = 'decided', decision = $3, decided_by = $4, decided_at = $5
WHERE procedure_id = $1 AND id <> $2 AND state = 'open'
