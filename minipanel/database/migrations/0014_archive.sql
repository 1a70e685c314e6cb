-- Adds only: what is still to be archived. Empty where [storage] is not set.

-- id is that of a record. sent_at NULL: to be sent. seen_at: when it was read back first. tries: read back wrong so often.
CREATE TABLE archive_queue (
    id INTEGER PRIMARY KEY,
    sent_at INTEGER,
    seen_at INTEGER,
    tries INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX archive_unsent ON archive_queue (tries, id) WHERE sent_at IS NULL;
CREATE INDEX archive_sent ON archive_queue (sent_at) WHERE sent_at IS NOT NULL;

-- All records from `since` that finished up to `timestamp` were put into the queue; 0 before the first. audited_at: when
-- all days were compared last; `differed`: of how many nodes and days samples were missing there then.
CREATE TABLE archive_until (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    since INTEGER NOT NULL,
    timestamp INTEGER NOT NULL,
    audited_at INTEGER NOT NULL,
    differed INTEGER NOT NULL
);
INSERT INTO archive_until (id, since, timestamp, audited_at, differed) VALUES (1, 0, 0, 0, 0);

-- What is put in of the past, piece after piece: from and up to which time, the id that comes next, how many so far.
CREATE TABLE archive_push (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    next_id INTEGER NOT NULL,
    records INTEGER NOT NULL,
    is_paused INTEGER NOT NULL
);
