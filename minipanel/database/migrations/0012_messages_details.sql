-- Adds only
-- What a message is about, for programs: a JSON object.
ALTER TABLE messages ADD COLUMN details TEXT NOT NULL DEFAULT '{}';
