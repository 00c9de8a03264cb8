-- Conversations that have been silent since $1, and since $2 those in which the visitor never said a word; none whose
-- request people still work on.
SELECT c.id FROM chats c
WHERE (c.updated_at < $1 OR (c.told = 0 AND c.updated_at < $2))
  AND NOT EXISTS (SELECT 1 FROM requests r
          WHERE r.chat_id = c.id AND (r.state <> 'closed' OR COALESCE(r.closed_at, 0) >= $1))
ORDER BY c.id
LIMIT $3
