-- What makes drafts trustworthy: redactions, what models cost, suspicions, answers by voice, outcomes.

-- What is personal in a case, as the step before any model found it.
CREATE TABLE redactions (
    intervention_id TEXT PRIMARY KEY REFERENCES interventions (id),
    redaction       TEXT NOT NULL
);

-- Every call of a language model, also those whose answer was of no use.
CREATE TABLE usages (
    id                TEXT PRIMARY KEY,
    intervention_id   TEXT,
    purpose           TEXT NOT NULL CHECK (purpose IN ('extract', 'compare', 'questions', 'probe')),
    model             TEXT NOT NULL,
    prompt_tokens     BIGINT NOT NULL,
    completion_tokens BIGINT NOT NULL,
    cost_micros       BIGINT NOT NULL,
    took_ms           BIGINT NOT NULL,
    at                BIGINT NOT NULL
);
CREATE INDEX usages_by_time ON usages (at);
CREATE INDEX usages_by_intervention ON usages (intervention_id);

ALTER TABLE drafts ADD COLUMN suspicions TEXT NOT NULL DEFAULT '[]';

-- A recording that answers a question.
ALTER TABLE attachments ADD COLUMN question_id TEXT;

-- The procedure that a review was opened for again, because it failed those who followed it.
ALTER TABLE reviews ADD COLUMN procedure_id TEXT;

-- How the cases of a procedure ended, by kind of machine.
CREATE TABLE outcomes (
    procedure_id TEXT NOT NULL REFERENCES procedures (id),
    family       TEXT NOT NULL,
    solved       BIGINT NOT NULL,
    reopened     BIGINT NOT NULL,
    PRIMARY KEY (procedure_id, family)
);

-- A case that was reopened and closed anew keeps its identifier. What it told before is kept under another one, for what
-- rests on its words, and names the one that tells it now.
ALTER TABLE interventions ADD COLUMN told_anew_by TEXT;
CREATE INDEX interventions_by_procedure ON interventions (procedure_id) WHERE procedure_id IS NOT NULL;
CREATE INDEX reviews_by_procedure ON reviews (procedure_id) WHERE procedure_id IS NOT NULL;

-- What had been reported of a procedure when a revision was approved: what came since is the difference.
ALTER TABLE revisions ADD COLUMN worked BIGINT NOT NULL DEFAULT 0;
ALTER TABLE revisions ADD COLUMN failed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE revisions ADD COLUMN reopened BIGINT NOT NULL DEFAULT 0;
