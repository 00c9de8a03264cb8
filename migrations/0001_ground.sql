-- One text for SQLite and PostgreSQL: TEXT, BIGINT, DOUBLE PRECISION, BYTEA; moments are milliseconds since 1970 (UTC),
-- identifiers are UUID version 7 as text, closed sets are words, and structures are JSON as text.

-- Numbers that must be taken in the order of the commits: the row stays locked until the commit.
CREATE TABLE counters (
    name  TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('passages', 0);

CREATE TABLE interventions (
    id           TEXT PRIMARY KEY,
    source       TEXT NOT NULL,
    external_id  TEXT NOT NULL,
    provider     TEXT,
    customer     TEXT,
    stage        TEXT NOT NULL CHECK (stage IN ('received', 'transcribed', 'redacted', 'needs_answers', 'drafted',
                     'indexed', 'compared', 'in_review', 'published', 'merged', 'rejected', 'unanswered',
                     'reopened', 'failed')),
    waiting      TEXT,
    procedure_id TEXT,
    intake       TEXT NOT NULL,
    received_at  BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    UNIQUE (source, external_id)
);
CREATE INDEX interventions_by_stage ON interventions (stage, id);
CREATE INDEX interventions_waiting ON interventions (id) WHERE waiting IS NOT NULL;

CREATE TABLE attachments (
    id              TEXT PRIMARY KEY,
    intervention_id TEXT NOT NULL REFERENCES interventions (id),
    position        BIGINT NOT NULL,
    kind            TEXT NOT NULL CHECK (kind IN ('audio', 'photo', 'video', 'other')),
    name            TEXT NOT NULL,
    media_type      TEXT NOT NULL,
    bytes           BIGINT NOT NULL,
    blob            TEXT NOT NULL
);
CREATE INDEX attachments_by_intervention ON attachments (intervention_id, position);

CREATE TABLE transcripts (
    attachment_id   TEXT PRIMARY KEY REFERENCES attachments (id),
    intervention_id TEXT NOT NULL REFERENCES interventions (id),
    transcript      TEXT NOT NULL
);
CREATE INDEX transcripts_by_intervention ON transcripts (intervention_id);

CREATE TABLE questions (
    id              TEXT PRIMARY KEY,
    intervention_id TEXT NOT NULL REFERENCES interventions (id),
    text            TEXT NOT NULL,
    answer          TEXT,
    asked_by        TEXT,
    answered_by     TEXT,
    asked_at        BIGINT NOT NULL
);
CREATE INDEX questions_by_intervention ON questions (intervention_id, id);

CREATE TABLE drafts (
    id              TEXT PRIMARY KEY,
    intervention_id TEXT NOT NULL UNIQUE REFERENCES interventions (id),
    content         TEXT NOT NULL,
    provenance      TEXT NOT NULL,
    comparison      TEXT,
    version         BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL
);

CREATE TABLE reviews (
    id         TEXT PRIMARY KEY,
    draft_id   TEXT NOT NULL UNIQUE REFERENCES drafts (id),
    state      TEXT NOT NULL CHECK (state IN ('open', 'decided', 'sent_back')),
    worth      DOUBLE PRECISION NOT NULL,
    minutes    BIGINT NOT NULL,
    cases      BIGINT NOT NULL,
    opened_at  BIGINT NOT NULL,
    decision   TEXT,
    reason     TEXT,
    decided_by TEXT,
    decided_at BIGINT
);
CREATE INDEX reviews_queue ON reviews (state, worth, id);

CREATE TABLE procedures (
    id          TEXT PRIMARY KEY,
    confidence  TEXT NOT NULL CHECK (confidence IN ('work_in_progress', 'not_validated', 'validated', 'archived')),
    audience    TEXT NOT NULL CHECK (audience IN ('internal', 'technician', 'contractor', 'customer')),
    governance  TEXT NOT NULL CHECK (governance IN ('experience', 'compliance')),
    revision    BIGINT NOT NULL,
    cases       BIGINT NOT NULL,
    worked      BIGINT NOT NULL,
    failed      BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL
);

CREATE TABLE revisions (
    procedure_id TEXT NOT NULL REFERENCES procedures (id),
    number       BIGINT NOT NULL,
    content      TEXT NOT NULL,
    author       TEXT NOT NULL,
    review_id    TEXT,
    diff         TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (procedure_id, number)
);

-- An expert's edits of a draft: who changed what.
CREATE TABLE edits (
    draft_id   TEXT NOT NULL REFERENCES drafts (id),
    version    BIGINT NOT NULL,
    author     TEXT NOT NULL,
    diff       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (draft_id, version)
);

-- One intervention is a case of one draft; its procedure, once there is one, stands at the intervention.
CREATE TABLE cases (
    intervention_id TEXT PRIMARY KEY REFERENCES interventions (id),
    draft_id        TEXT NOT NULL REFERENCES drafts (id)
);
CREATE INDEX cases_by_draft ON cases (draft_id);

CREATE TABLE feedback (
    id           TEXT PRIMARY KEY,
    procedure_id TEXT NOT NULL REFERENCES procedures (id),
    worked       BIGINT NOT NULL CHECK (worked IN (0, 1)),
    comment      TEXT,
    author       TEXT NOT NULL,
    created_at   BIGINT NOT NULL
);

-- What the indexes follow, in the order of seq. A passage taken away stays as a row that says so.
CREATE TABLE passages (
    id         TEXT PRIMARY KEY,
    seq        BIGINT NOT NULL UNIQUE,
    owner_kind TEXT NOT NULL CHECK (owner_kind IN ('draft', 'procedure')),
    owner_id   TEXT NOT NULL,
    gone       BIGINT NOT NULL CHECK (gone IN (0, 1)),
    passage    TEXT NOT NULL,
    embedder   TEXT,
    vector     BYTEA
);
CREATE INDEX passages_by_owner ON passages (owner_kind, owner_id);

CREATE TABLE jobs (
    id         TEXT PRIMARY KEY,
    step       TEXT NOT NULL,
    lane       TEXT NOT NULL CHECK (lane IN ('speech', 'model', 'rest')),
    subject    TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('ready', 'running', 'waiting', 'dead')),
    attempt    BIGINT NOT NULL,
    failures   BIGINT NOT NULL,
    ready_at   BIGINT NOT NULL,
    worker     TEXT,
    progress   DOUBLE PRECISION NOT NULL,
    fault      TEXT,
    created_at BIGINT NOT NULL,
    UNIQUE (step, subject)
);
CREATE INDEX jobs_claimable ON jobs (lane, ready_at, id) WHERE state <> 'dead';
CREATE INDEX jobs_by_subject ON jobs (subject);

CREATE TABLE events (
    id              TEXT PRIMARY KEY,
    intervention_id TEXT NOT NULL,
    kind            TEXT NOT NULL,
    detail          TEXT NOT NULL,
    at              BIGINT NOT NULL
);

CREATE TABLE tokens (
    id           TEXT PRIMARY KEY,
    hash         TEXT NOT NULL UNIQUE,
    name         TEXT NOT NULL,
    role         TEXT NOT NULL,
    organisation TEXT,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT,
    revoked_at   BIGINT
);

-- What was answered to a creation with this key, so that a repetition gets the same answer.
CREATE TABLE idempotency (
    token_id        TEXT NOT NULL,
    key             TEXT NOT NULL,
    request_hash    TEXT NOT NULL,
    intervention_id TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (token_id, key)
);
