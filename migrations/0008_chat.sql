-- The customer's chat: web sites that may embed it, conversations with the state that each is in, requests to people.

CREATE TABLE sites (
    id         TEXT PRIMARY KEY,
    -- Public: it stands in the site's pages. What it is worth is bounded by the origins.
    key        TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    origins    TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE TABLE chats (
    id            TEXT PRIMARY KEY,
    -- Of the secret that its visitor was handed.
    hash          TEXT NOT NULL UNIQUE,
    site_id       TEXT REFERENCES sites (id),
    -- The token or account of those who came in by name.
    owner         TEXT,
    visitor       TEXT,
    organisation  TEXT,
    language      TEXT NOT NULL CHECK (language IN ('fr', 'en')),
    state         TEXT NOT NULL CHECK (state IN ('asking', 'offered', 'following', 'checking', 'helped', 'handed_over')),
    asked         TEXT CHECK (asked IN ('machine', 'symptom', 'code', 'urgency')),
    machine       TEXT,
    symptom       TEXT,
    -- Empty: the visitor says that there is none.
    code          TEXT,
    urgency       TEXT CHECK (urgency IN ('stopped', 'degraded', 'can_wait', 'untold')),
    procedure_id  TEXT,
    revision      BIGINT,
    -- How many of its steps were shown.
    step          BIGINT NOT NULL,
    tried         TEXT NOT NULL,
    strays        BIGINT NOT NULL,
    unclear       BIGINT NOT NULL,
    -- Messages of the visitor, and of both.
    told          BIGINT NOT NULL,
    messages      BIGINT NOT NULL,
    -- Grows with every turn: of two at the same time one begins anew.
    version       BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL
);
CREATE INDEX chats_by_age ON chats (updated_at, id);

CREATE TABLE chat_messages (
    id           TEXT PRIMARY KEY,
    chat_id      TEXT NOT NULL REFERENCES chats (id),
    position     BIGINT NOT NULL,
    -- The visitor's message that this is (part of) the answer to.
    answers      BIGINT,
    kind         TEXT NOT NULL,
    sentence     TEXT,
    text         TEXT NOT NULL,
    choices      TEXT NOT NULL,
    procedure_id TEXT,
    revision     BIGINT,
    path         TEXT,
    -- What the visitor's program calls its message, so that it is answered once.
    client_id    TEXT,
    at           BIGINT NOT NULL,
    UNIQUE (chat_id, position),
    UNIQUE (chat_id, client_id)
);

CREATE TABLE requests (
    id         TEXT PRIMARY KEY,
    reference  TEXT NOT NULL UNIQUE,
    chat_id    TEXT NOT NULL UNIQUE REFERENCES chats (id),
    why        TEXT NOT NULL CHECK (why IN ('asked', 'danger', 'nothing_found', 'not_helped', 'out_of_scope', 'unclear',
                   'limit')),
    urgent     BIGINT NOT NULL CHECK (urgent IN (0, 1)),
    state      TEXT NOT NULL CHECK (state IN ('open', 'taken', 'closed')),
    created_at BIGINT NOT NULL,
    taken_by   TEXT,
    taken_at   BIGINT,
    closed_by  TEXT,
    closed_at  BIGINT,
    outcome    TEXT
);
CREATE INDEX requests_queue ON requests (state, urgent, id);

-- A model may also be asked what a visitor means.
ALTER TABLE usages RENAME TO usages_before_chats;
DROP INDEX usages_by_time;
DROP INDEX usages_by_intervention;
CREATE TABLE usages (
    id                TEXT PRIMARY KEY,
    intervention_id   TEXT,
    purpose           TEXT NOT NULL CHECK (purpose IN ('extract', 'compare', 'questions', 'probe', 'chat')),
    model             TEXT NOT NULL,
    prompt_tokens     BIGINT NOT NULL,
    completion_tokens BIGINT NOT NULL,
    cost_micros       BIGINT NOT NULL,
    took_ms           BIGINT NOT NULL,
    at                BIGINT NOT NULL
);
INSERT INTO usages (id, intervention_id, purpose, model, prompt_tokens, completion_tokens, cost_micros, took_ms, at)
SELECT id, intervention_id, purpose, model, prompt_tokens, completion_tokens, cost_micros, took_ms, at
FROM usages_before_chats;
DROP TABLE usages_before_chats;
CREATE INDEX usages_by_time ON usages (at);
CREATE INDEX usages_by_intervention ON usages (intervention_id);
