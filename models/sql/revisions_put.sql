INSERT INTO revisions (procedure_id, number, content, author, review_id, diff, created_at, worked, failed, reopened)
VALUES ($1, $2, $3, $4, $5, $6, $7,
        (SELECT worked FROM procedures WHERE id = $1),
        (SELECT failed FROM procedures WHERE id = $1),
        (SELECT CAST(COALESCE(SUM(outcomes.reopened), 0) AS BIGINT) FROM outcomes WHERE outcomes.procedure_id = $1))
