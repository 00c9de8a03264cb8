SELECT COUNT(*) FROM accounts
WHERE id <> $1 AND role = 'administrator' AND disabled_at IS NULL
  AND (password IS NOT NULL OR subject IS NOT NULL)
