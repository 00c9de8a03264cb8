INSERT INTO drafts (id, intervention_id, content, provenance, suspicions, version, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, 1, $6, $6)
ON CONFLICT (intervention_id) DO UPDATE SET
    content = excluded.content, provenance = excluded.provenance, suspicions = excluded.suspicions, comparison = NULL,
    version = drafts.version + 1, updated_at = excluded.updated_at
RETURNING id
