SELECT number, content, author, review_id, diff, created_at AS revised_at FROM revisions
WHERE procedure_id = $1
ORDER BY number DESC
