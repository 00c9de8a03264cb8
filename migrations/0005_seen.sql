-- What must be approved a second time, by the safety role, before customers may see it.
CREATE TABLE openings (
    id           TEXT PRIMARY KEY,
    procedure_id TEXT NOT NULL REFERENCES procedures (id),
    revision     BIGINT NOT NULL,
    kinds        TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('open', 'approved', 'refused', 'overtaken')),
    asked_by     TEXT NOT NULL,
    asked_at     BIGINT NOT NULL,
    decided_by   TEXT,
    decided_at   BIGINT,
    reason       TEXT,
    UNIQUE (procedure_id, revision)
);
CREATE INDEX openings_queue ON openings (state, id);
