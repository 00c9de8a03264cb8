INSERT INTO jobs (id, step, lane, subject, state, attempt, failures, ready_at, worker, progress, created_at)
VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, 0, $9)
ON CONFLICT (step, subject) DO UPDATE SET
    id = excluded.id, state = excluded.state, attempt = excluded.attempt, failures = 0, fault = NULL,
    ready_at = excluded.ready_at, worker = excluded.worker, progress = 0
