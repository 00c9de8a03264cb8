-- How long what is personal is kept, and what was taken out of a case.

-- The settings that the house was last started with: a fingerprint of each, never its value.
CREATE TABLE settings_seen (
    key         TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL
);

-- When the last nightly run was, in ms since 1970: of many processes one takes it.
INSERT INTO counters (name, value) VALUES ('retention', 0);

-- The row of a file outlives it: it says when the file was removed, and when its bytes were looked after.
ALTER TABLE attachments ADD COLUMN removed_at BIGINT;
ALTER TABLE attachments ADD COLUMN swept_at BIGINT;
CREATE INDEX attachments_to_sweep ON attachments (blob) WHERE removed_at IS NOT NULL AND swept_at IS NULL;
CREATE INDEX attachments_by_blob ON attachments (blob);

ALTER TABLE transcripts ADD COLUMN removed_at BIGINT;

ALTER TABLE interventions ADD COLUMN exchanges_removed_at BIGINT;
-- SHA-256 of the case as it was delivered, once its texts are no longer those: a repetition is still told from news.
ALTER TABLE interventions ADD COLUMN delivered_as TEXT;
