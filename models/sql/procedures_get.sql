-- Whoever may read what nobody validates is told by Procedure::readers.
SELECT procedures.id, procedures.confidence, procedures.audience, procedures.governance, procedures.cases,
       procedures.worked, procedures.failed, procedures.created_at,
       revisions.number, revisions.content, revisions.author, revisions.review_id, revisions.diff,
       revisions.created_at AS revised_at
FROM procedures
JOIN revisions ON revisions.procedure_id = procedures.id AND revisions.number = procedures.revision
WHERE procedures.id = $1
  AND CASE
        WHEN procedures.confidence = 'validated' OR procedures.audience = 'internal' THEN procedures.audience
        ELSE 'technician'
      END IN ($2, $3, $4, $5)
