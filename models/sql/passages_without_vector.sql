SELECT * FROM passages
WHERE gone = 0 AND (embedder IS NULL OR embedder <> $1)
ORDER BY seq
LIMIT $2
