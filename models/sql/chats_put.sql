INSERT INTO chats (id, hash, site_id, owner, visitor, organisation, language, state, step, tried, strays, unclear, told,
    messages, version, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, '[]', 0, 0, 0, 0, 0, $9, $9)
