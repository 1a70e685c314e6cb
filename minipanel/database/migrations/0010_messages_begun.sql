-- Adds only
-- Of which alerts a message tells that they began: a JSON array of their ids. NULL, in rows from before: of all.
ALTER TABLE messages ADD COLUMN begun TEXT;
