SELECT procedures.id FROM procedures
JOIN revisions ON revisions.procedure_id = procedures.id AND revisions.number = procedures.revision
WHERE procedures.confidence = 'not_validated'
   OR (procedures.confidence = 'validated' AND revisions.created_at < $1)
ORDER BY revisions.created_at, procedures.id
LIMIT $2
