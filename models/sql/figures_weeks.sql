-- Weeks begin on Monday: the first of 1970 was a Thursday, three days after one.
SELECT (received_at + 259200000) / 604800000 AS week, 'received' AS what, COUNT(*) AS n
FROM interventions WHERE received_at >= $1 GROUP BY 1
UNION ALL
SELECT (created_at + 259200000) / 604800000, 'drafted', COUNT(*)
FROM drafts WHERE created_at >= $1 GROUP BY 1
UNION ALL
SELECT (decided_at + 259200000) / 604800000, 'approved', COUNT(*)
FROM reviews WHERE decided_at >= $1 AND decision IN ('approve', 'merge', 'update') GROUP BY 1
UNION ALL
SELECT (decided_at + 259200000) / 604800000, 'refused', COUNT(*)
FROM reviews WHERE decided_at >= $1 AND decision = 'reject' GROUP BY 1
UNION ALL
SELECT (created_at + 259200000) / 604800000, CASE WHEN worked = 1 THEN 'worked' ELSE 'failed' END, COUNT(*)
FROM feedback WHERE created_at >= $1 GROUP BY 1, 2
