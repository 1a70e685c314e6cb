-- Adds only: how the panel's last try to make a copy by itself ended.

-- trouble: a sentence, NULL where the copy was made.
CREATE TABLE backup_tries (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    tried_at DATETIME NOT NULL,
    trouble TEXT
);
