SELECT id, kind, name, media_type, bytes, blob, question_id, removed_at FROM attachments
WHERE intervention_id = $1
ORDER BY position
