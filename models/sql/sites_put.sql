INSERT INTO sites (id, key, name, origins, created_at)
VALUES ($1, $2, $3, $4, $5)
