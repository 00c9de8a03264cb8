-- Revisions whose text rests on the case of a draft: approved from it, or with statements taken over from it.
SELECT r.procedure_id, r.number, r.content, CAST(CASE WHEN v.draft_id = $1 THEN 1 ELSE 0 END AS BIGINT) AS own
FROM revisions r
LEFT JOIN reviews v ON v.id = r.review_id
WHERE v.draft_id = $1 OR r.content LIKE '%' || CAST($1 AS TEXT) || '%'
