SELECT COUNT(*) FROM attachments a
WHERE a.intervention_id = $1
  AND a.question_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM transcripts t WHERE t.attachment_id = a.id)
