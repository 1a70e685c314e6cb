-- Adds only
-- What is wrong, and who was told.

-- One row a trouble of a node (node_id NULL: of the panel). began_at, over_at: from when to when it was so; first_at: since when it
-- comes and goes; hold: seconds it must be good before it closes. told_at: when people were told that it is over.
CREATE TABLE alerts (
    id INTEGER PRIMARY KEY,
    rule TEXT NOT NULL,
    node_id INTEGER NOT NULL,
    severity TEXT NOT NULL,
    began_at DATETIME NOT NULL,
    opened_at DATETIME NOT NULL,
    over_at DATETIME,
    closed_at DATETIME,
    hold INTEGER NOT NULL,
    times INTEGER NOT NULL,
    first_at DATETIME NOT NULL,
    value REAL,
    worst REAL,
    "limit" REAL,
    reason TEXT NOT NULL,
    is_suspended INTEGER NOT NULL,
    is_dropped INTEGER NOT NULL,
    announced_at DATETIME,
    end_told_at DATETIME,
    acked_at DATETIME,
    acked_by TEXT,
    note TEXT
);
CREATE UNIQUE INDEX one_open_alert ON alerts (rule, node_id) WHERE closed_at IS NULL;
CREATE INDEX alerts_by_node ON alerts (node_id, opened_at);
CREATE INDEX alerts_by_end ON alerts (closed_at);

CREATE TABLE silences (
    id INTEGER PRIMARY KEY,
    nodes TEXT NOT NULL,
    rules TEXT NOT NULL,
    from_at DATETIME NOT NULL,
    until_at DATETIME NOT NULL,
    why TEXT NOT NULL,
    who TEXT NOT NULL
);

-- What people are told: a row a channel, until it was sent, and some days after. alerts: a JSON array of their ids.
CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    channel TEXT NOT NULL,
    rule TEXT NOT NULL,
    alerts TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    made_at DATETIME NOT NULL,
    try_at DATETIME NOT NULL,
    key TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    sent_at DATETIME,
    given_up_at DATETIME,
    error TEXT
);
CREATE INDEX messages_due ON messages (try_at) WHERE sent_at IS NULL AND given_up_at IS NULL;
