-- The readiness test stands outside the subquery again: on PostgreSQL two claimers may pick the same rows, and only the
-- outer test, evaluated again after the first has committed, keeps the second away.
UPDATE jobs SET
    attempt = attempt + 1,
    failures = failures + CASE WHEN state = 'running' THEN 1 ELSE 0 END,
    fault = CASE WHEN state = 'running' THEN 'the worker stopped while it ran this job' ELSE fault END,
    state = CASE WHEN state = 'running' AND failures + 1 >= $5 THEN 'dead' ELSE 'running' END,
    ready_at = $3,
    worker = $4,
    progress = 0
WHERE id IN (
        SELECT id FROM jobs
        WHERE lane = $1 AND state <> 'dead' AND ready_at <= $2
        ORDER BY ready_at, id
        LIMIT $6
    )
  AND state <> 'dead' AND ready_at <= $2
RETURNING *
