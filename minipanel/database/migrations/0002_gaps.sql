-- What explains the gaps in the records. The gaps themselves are read from the records: nothing is kept twice.

-- Each start of a node's agent, as the agent tells it. started_at by the node's clock, heard_at by the panel's.
CREATE TABLE agent_starts (
    node_id INTEGER NOT NULL,
    boot_id TEXT NOT NULL,
    started_at DATETIME NOT NULL,
    heard_at DATETIME NOT NULL,
    PRIMARY KEY (node_id, boot_id, started_at)
) WITHOUT ROWID;

-- When a node's clock was off by so much that its samples were refused, or found their places taken.
CREATE TABLE clock_troubles (
    node_id INTEGER NOT NULL,
    began_at DATETIME NOT NULL,
    ended_at DATETIME NOT NULL,
    PRIMARY KEY (node_id, began_at)
) WITHOUT ROWID;

-- When the panel ran and could write. Between two runs it was away.
CREATE TABLE panel_runs (
    started_at DATETIME PRIMARY KEY,
    last_alive_at DATETIME NOT NULL
) WITHOUT ROWID;
