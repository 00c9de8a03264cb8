-- A review that was sent back opens again, as if nobody had decided; one that was decided stays so.
INSERT INTO reviews (id, draft_id, state, worth, minutes, cases, opened_at)
VALUES ($1, $2, 'open', CAST($3 AS BIGINT), $3, (SELECT COUNT(*) FROM cases WHERE cases.draft_id = $2), $4)
ON CONFLICT (draft_id) DO UPDATE SET
    state = CASE WHEN reviews.state = 'sent_back' THEN 'open' ELSE reviews.state END,
    decision = CASE WHEN reviews.state = 'sent_back' THEN NULL ELSE reviews.decision END,
    reason = CASE WHEN reviews.state = 'sent_back' THEN NULL ELSE reviews.reason END,
    decided_by = CASE WHEN reviews.state = 'sent_back' THEN NULL ELSE reviews.decided_by END,
    decided_at = CASE WHEN reviews.state = 'sent_back' THEN NULL ELSE reviews.decided_at END
