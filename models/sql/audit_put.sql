INSERT INTO audit (seq, at, who, role, action, subject, detail, previous, seal)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
