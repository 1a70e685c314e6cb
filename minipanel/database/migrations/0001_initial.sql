-- Users, nodes and history. Times are Unix seconds, UTC, as INTEGER: 89 bytes a record against 138 as text.

CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL
);

-- A node taken out of the configuration keeps its row and its history, with enabled = 0.
CREATE TABLE nodes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    ip TEXT NOT NULL,
    hostname TEXT NOT NULL UNIQUE COLLATE NOCASE,
    enabled INTEGER NOT NULL DEFAULT 1,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL
);

-- id = node_id << 32 | timestamp: a node's records lie side by side, and a record has one name.
-- seen: bit k is set when the sample of timestamp - 300 + 5 * (k + 1) is in the record; NULL when all 60 are.
-- cpu_temp_samples: how many samples had a temperature; a mean counts only those.
CREATE TABLE system_metrics (
    id INTEGER PRIMARY KEY,
    node_id INTEGER NOT NULL,
    timestamp DATETIME NOT NULL,
    cpu_percent REAL NOT NULL,
    memory_total BIGINT NOT NULL,
    memory_used BIGINT NOT NULL,
    memory_percent REAL NOT NULL,
    cpu_temp REAL,
    cpu_percent_max REAL NOT NULL,
    memory_used_max BIGINT NOT NULL,
    cpu_temp_max REAL,
    samples INTEGER NOT NULL,
    cpu_temp_samples INTEGER NOT NULL,
    seen INTEGER
);
CREATE INDEX idx_system_metrics_timestamp ON system_metrics (timestamp);
CREATE INDEX idx_system_metrics_node_timestamp ON system_metrics (node_id, timestamp);

-- The records that still fill: few and hot pages, where the large table would be written all over every 5 seconds.
CREATE TABLE pending_metrics (
    id INTEGER PRIMARY KEY,
    node_id INTEGER NOT NULL,
    timestamp DATETIME NOT NULL,
    cpu_percent REAL NOT NULL,
    memory_total BIGINT NOT NULL,
    memory_used BIGINT NOT NULL,
    memory_percent REAL NOT NULL,
    cpu_temp REAL,
    cpu_percent_max REAL NOT NULL,
    memory_used_max BIGINT NOT NULL,
    cpu_temp_max REAL,
    samples INTEGER NOT NULL,
    cpu_temp_samples INTEGER NOT NULL,
    seen INTEGER
);
