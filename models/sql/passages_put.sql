INSERT INTO passages (id, seq, owner_kind, owner_id, family, gone, passage, embedder, vector)
VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8)
