-- Its case was counted elsewhere and no longer is: its review opens as if it had been sent back, with the cases it has now.
UPDATE reviews SET
    state = 'sent_back', minutes = CAST($2 AS BIGINT), worth = CAST($2 AS BIGINT) * 1.0,
    cases = (SELECT COUNT(*) FROM cases WHERE cases.draft_id = $1)
WHERE draft_id = $1 AND state = 'decided'
