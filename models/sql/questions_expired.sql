SELECT i.id, d.id FROM interventions i
LEFT JOIN drafts d ON d.intervention_id = i.id
WHERE i.stage = 'needs_answers'
  AND NOT EXISTS (SELECT 1 FROM questions q WHERE q.intervention_id = i.id AND q.asked_at >= $1)
ORDER BY i.id
LIMIT $2
