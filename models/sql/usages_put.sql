INSERT INTO usages
    (id, intervention_id, purpose, model, prompt_tokens, completion_tokens, cost_micros, took_ms, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
