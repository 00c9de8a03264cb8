INSERT INTO passages (id, seq, owner_kind, owner_id, gone, passage, embedder, vector)
VALUES ($1, $2, $3, $4, 0, $5, $6, $7)
