-- Log-ins by OpenID Connect that were begun and not finished: each is used once, within minutes. The secret itself is in
-- the browser's cookie only, and what the provider is sent is derived from it: who reads this table can finish nothing.
CREATE TABLE oidc_starts (
    hash       TEXT PRIMARY KEY,
    return_to  TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
