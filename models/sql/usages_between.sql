SELECT COUNT(*),
       CAST(COALESCE(SUM(prompt_tokens), 0) AS BIGINT),
       CAST(COALESCE(SUM(completion_tokens), 0) AS BIGINT),
       CAST(COALESCE(SUM(cost_micros), 0) AS BIGINT),
       CAST(COALESCE(SUM(took_ms), 0) AS BIGINT)
FROM usages
WHERE at >= $1 AND at < $2
