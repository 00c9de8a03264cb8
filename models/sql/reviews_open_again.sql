-- The review of a procedure's current revision, for that procedure.
UPDATE reviews SET
    state = 'open', procedure_id = $2, reason = $3, opened_at = $4,
    cases = (SELECT cases FROM procedures WHERE procedures.id = $2),
    decision = NULL, decided_by = NULL, decided_at = NULL
WHERE id = $1
RETURNING draft_id
