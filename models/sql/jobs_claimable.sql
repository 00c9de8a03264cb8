SELECT COUNT(*) FROM (
    SELECT 1 AS one FROM jobs WHERE lane = $1 AND state <> 'dead' AND ready_at <= $2 LIMIT 1
) AS any_job
