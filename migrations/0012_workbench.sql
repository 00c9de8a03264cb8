-- The workbench: who has taken a review on, how long it was read, and what reviewers say to each other.
ALTER TABLE reviews ADD COLUMN assigned_to TEXT;
ALTER TABLE reviews ADD COLUMN read_seconds BIGINT;

CREATE TABLE comments (
    id         TEXT PRIMARY KEY,
    review_id  TEXT NOT NULL REFERENCES reviews (id),
    author     TEXT NOT NULL,
    text       TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX comments_by_review ON comments (review_id, id);

-- Whom a comment calls, by the names of their accounts.
CREATE TABLE mentions (
    comment_id TEXT NOT NULL REFERENCES comments (id),
    name       TEXT NOT NULL,
    PRIMARY KEY (comment_id, name)
);
CREATE INDEX mentions_by_name ON mentions (name);
