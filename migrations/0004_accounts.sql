-- People: who they are, how they come in. Secrets stand here as hashes only.
CREATE TABLE accounts (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    -- The name as it is compared: two accounts must not look the same.
    login        TEXT NOT NULL UNIQUE,
    role         TEXT NOT NULL,
    organisation TEXT,
    -- argon2id, in the PHC format; missing until a link was redeemed, and for those who come in by OpenID Connect.
    password     TEXT,
    issuer       TEXT,
    subject      TEXT,
    disabled_at  BIGINT,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    last_login_at BIGINT,
    UNIQUE (issuer, subject)
);
-- Whoever changes accounts locks this row: the last administrator must not be taken away by two at once.
INSERT INTO counters (name, value) VALUES ('accounts', 0);

-- Tries to come in under a name, whether there is such an account or not: the answer must not tell.
CREATE TABLE attempts (
    login        TEXT PRIMARY KEY,
    failures     BIGINT NOT NULL,
    locked_until BIGINT NOT NULL,
    at           BIGINT NOT NULL
);

CREATE TABLE sessions (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    hash       TEXT NOT NULL UNIQUE,
    agent      TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_account ON sessions (account_id, id);

-- Links by which a password is set once. Without an account: it makes the first administrator.
CREATE TABLE links (
    hash       TEXT PRIMARY KEY,
    account_id TEXT REFERENCES accounts (id),
    expires_at BIGINT NOT NULL
);

ALTER TABLE tokens ADD COLUMN scopes TEXT NOT NULL DEFAULT '[]';
ALTER TABLE tokens ADD COLUMN last_used_at BIGINT;
