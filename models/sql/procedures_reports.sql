-- What was reported of a procedure since its current revision, and where that comes from.
SELECT procedures.confidence, procedures.cases, revisions.content, revisions.review_id,
       procedures.worked - revisions.worked AS worked,
       procedures.failed - revisions.failed AS failed,
       (SELECT CAST(COALESCE(SUM(outcomes.reopened), 0) AS BIGINT) FROM outcomes
        WHERE outcomes.procedure_id = procedures.id) - revisions.reopened AS reopened
FROM procedures
JOIN revisions ON revisions.procedure_id = procedures.id AND revisions.number = procedures.revision
WHERE procedures.id = $1
