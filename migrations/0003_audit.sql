-- Who saw, said, changed and took out what: append only, each line sealed by the one before it.
CREATE TABLE audit (
    seq      BIGINT PRIMARY KEY,
    at       BIGINT NOT NULL,
    who      TEXT NOT NULL,
    role     TEXT NOT NULL,
    action   TEXT NOT NULL,
    subject  TEXT NOT NULL,
    detail   TEXT NOT NULL,
    previous TEXT NOT NULL,
    seal     TEXT NOT NULL
);
CREATE INDEX audit_by_subject ON audit (subject, seq);
INSERT INTO counters (name, value) VALUES ('audit', 0);
