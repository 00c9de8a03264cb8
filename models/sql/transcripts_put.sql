INSERT INTO transcripts (attachment_id, intervention_id, transcript)
VALUES ($1, $2, $3)
ON CONFLICT (attachment_id) DO UPDATE SET transcript = excluded.transcript
