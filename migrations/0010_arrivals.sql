-- Where accounts came in from: strangers who try passwords under a name do not keep its owner out of their own places.
-- Each is a hash over the account and the address, and goes 90 days after the last log-in from there.
CREATE TABLE arrivals (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    hash       TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (account_id, hash)
);
-- Tries are counted under two keys from now on; those of before are forgotten.
DELETE FROM attempts;
