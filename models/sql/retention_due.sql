-- Cases that have left the line, of which something is older than it may be, and that nothing under review rests on.
SELECT i.id FROM interventions i
WHERE (i.stage IN ('published', 'merged', 'rejected', 'unanswered') OR i.told_anew_by IS NOT NULL)
  AND (CAST($5 AS TEXT) IS NULL OR i.id = $5)
  AND ((i.updated_at < $1 AND EXISTS (SELECT 1 FROM attachments a
          WHERE a.intervention_id = i.id AND a.kind = 'audio' AND a.removed_at IS NULL))
    OR (i.updated_at < $2 AND EXISTS (SELECT 1 FROM transcripts t
          WHERE t.intervention_id = i.id AND t.removed_at IS NULL))
    OR (i.updated_at < $3 AND i.exchanges_removed_at IS NULL AND i.intake LIKE '%"exchanges":%'))
  AND NOT EXISTS (SELECT 1 FROM reviews r JOIN drafts d ON d.id = r.draft_id
          WHERE r.state <> 'decided' AND d.intervention_id = i.id)
  AND NOT EXISTS (SELECT 1 FROM cases c JOIN reviews r ON r.draft_id = c.draft_id
          WHERE r.state <> 'decided' AND c.intervention_id = i.id)
  AND NOT EXISTS (SELECT 1 FROM drafts own, reviews r JOIN drafts d ON d.id = r.draft_id
          WHERE own.intervention_id = i.id AND r.state <> 'decided' AND d.content LIKE '%' || own.id || '%')
ORDER BY i.id
LIMIT $4
