INSERT INTO reviews (id, draft_id, state, worth, minutes, cases, opened_at)
VALUES ($1, $2, 'open', CAST($3 AS BIGINT), $3, 1, $4)
ON CONFLICT (draft_id) DO UPDATE SET
    state = CASE WHEN reviews.state = 'sent_back' THEN 'open' ELSE reviews.state END
