INSERT INTO cases (intervention_id, draft_id) VALUES ($1, $2)
ON CONFLICT (intervention_id) DO UPDATE SET draft_id = excluded.draft_id
