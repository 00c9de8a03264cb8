INSERT INTO redactions (intervention_id, redaction)
VALUES ($1, $2)
ON CONFLICT (intervention_id) DO UPDATE SET redaction = excluded.redaction
