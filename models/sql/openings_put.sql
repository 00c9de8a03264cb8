INSERT INTO openings (id, procedure_id, revision, kinds, state, asked_by, asked_at, asked_hand)
VALUES ($1, $2, $3, $4, 'open', $5, $6, $7)
