SELECT transcripts.transcript FROM transcripts
JOIN attachments ON attachments.id = transcripts.attachment_id
WHERE transcripts.intervention_id = $1
ORDER BY attachments.position
