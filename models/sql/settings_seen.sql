INSERT INTO settings_seen (key, fingerprint) VALUES ($1, $2)
ON CONFLICT (key) DO UPDATE SET fingerprint = excluded.fingerprint
