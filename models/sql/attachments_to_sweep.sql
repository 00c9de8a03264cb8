-- Removed files whose bytes were not looked after yet; whether another row still names the same bytes.
SELECT a.blob, CAST(MAX(CASE WHEN b.id IS NULL THEN 0 ELSE 1 END) AS BIGINT) AS named
FROM attachments a
LEFT JOIN attachments b ON b.blob = a.blob AND b.removed_at IS NULL
WHERE a.removed_at IS NOT NULL AND a.swept_at IS NULL AND a.blob > $1
GROUP BY a.blob
ORDER BY a.blob
LIMIT $2
