-- Whose hand an act is by, beyond the name that it is signed with: 'account …' or 'token …' with the account's identifier.
-- Missing for what was done before this version and by tokens that nobody's account made: then names are compared.
ALTER TABLE edits ADD COLUMN hand TEXT;
ALTER TABLE openings ADD COLUMN asked_hand TEXT;
-- The account that made a token.
ALTER TABLE tokens ADD COLUMN account_id TEXT;
