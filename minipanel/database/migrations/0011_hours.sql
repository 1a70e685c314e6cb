-- Adds only: the past in hours, a row a node and day, 24 hours of each metric packed (see database/packing.py).

-- id = day << 32 | node_id; day 1 is (0, 86400] in Unix seconds. So what all nodes get in the same hour lies together,
-- and a commit writes few pages (1,000 nodes: 0.1 of 4 MB).
CREATE TABLE hours (
    id INTEGER PRIMARY KEY,
    packed BLOB NOT NULL
);

-- Days that are to be made from records, again or for the first time; id as above.
CREATE TABLE hours_due (
    id INTEGER PRIMARY KEY
);

-- All hours up to here were made, or are due.
CREATE TABLE hours_until (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    timestamp INTEGER NOT NULL
);
INSERT INTO hours_until (id, timestamp) VALUES (1, 0);

-- A record of an hour that was made has changed, or came late. As triggers, so that no release can forget them. No OR
-- IGNORE: within a trigger the policy of the statement that fires it counts.
CREATE TRIGGER record_came_late AFTER INSERT ON system_metrics
WHEN NEW.timestamp <= (SELECT timestamp FROM hours_until)
BEGIN
    INSERT INTO hours_due (id) SELECT (NEW.timestamp + 86399) / 86400 << 32 | NEW.node_id
    WHERE NOT EXISTS (SELECT 1 FROM hours_due WHERE id = (NEW.timestamp + 86399) / 86400 << 32 | NEW.node_id);
END;
CREATE TRIGGER record_changed_late AFTER UPDATE ON system_metrics
WHEN NEW.timestamp <= (SELECT timestamp FROM hours_until)
BEGIN
    INSERT INTO hours_due (id) SELECT (NEW.timestamp + 86399) / 86400 << 32 | NEW.node_id
    WHERE NOT EXISTS (SELECT 1 FROM hours_due WHERE id = (NEW.timestamp + 86399) / 86400 << 32 | NEW.node_id);
END;

-- For whoever reads this file with SQL: one row an hour, in the words of system_metrics. A column's 24 numbers begin at
-- its offset, two bytes each, the low one first; SQLite reads them as hexadecimal digits.
CREATE VIEW hours_unpacked AS
WITH RECURSIVE place(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM place WHERE n < 23),
words AS (
    SELECT hours.id AS id, n,
        hex(substr(packed, 1 + 2 * n, 2)) AS samples,
        hex(substr(packed, 49 + 2 * n, 2)) AS cpu_percent,
        hex(substr(packed, 97 + 2 * n, 2)) AS cpu_percent_max,
        hex(substr(packed, 153 + 2 * n, 2)) AS memory_percent,
        hex(substr(packed, 201 + 2 * n, 2)) AS memory_percent_max,
        hex(substr(packed, 249 + 2 * n, 2)) AS cpu_temp,
        hex(substr(packed, 297 + 2 * n, 2)) AS cpu_temp_max,
        hex(substr(packed, 345 + 2 * n, 2)) AS cpu_temp_samples
    FROM hours CROSS JOIN place
),
digits(d) AS (SELECT '0123456789ABCDEF')
SELECT
    id & 4294967295 AS node_id,
    ((id >> 32) - 1) * 86400 + (n + 1) * 3600 AS timestamp,
    CASE cpu_percent WHEN 'FFFF' THEN NULL ELSE
        (16 * instr(d, substr(cpu_percent, 1, 1)) + instr(d, substr(cpu_percent, 2, 1)) + 4096 * instr(d, substr(cpu_percent, 3, 1)) + 256 * instr(d, substr(cpu_percent, 4, 1)) - 4369) / 100.0 END AS cpu_percent,
    CASE cpu_percent_max WHEN 'FFFF' THEN NULL ELSE
        (16 * instr(d, substr(cpu_percent_max, 1, 1)) + instr(d, substr(cpu_percent_max, 2, 1)) + 4096 * instr(d, substr(cpu_percent_max, 3, 1)) + 256 * instr(d, substr(cpu_percent_max, 4, 1)) - 4369) / 100.0 END AS cpu_percent_max,
    CASE memory_percent WHEN 'FFFF' THEN NULL ELSE
        (16 * instr(d, substr(memory_percent, 1, 1)) + instr(d, substr(memory_percent, 2, 1)) + 4096 * instr(d, substr(memory_percent, 3, 1)) + 256 * instr(d, substr(memory_percent, 4, 1)) - 4369) / 100.0 END AS memory_percent,
    CASE memory_percent_max WHEN 'FFFF' THEN NULL ELSE
        (16 * instr(d, substr(memory_percent_max, 1, 1)) + instr(d, substr(memory_percent_max, 2, 1)) + 4096 * instr(d, substr(memory_percent_max, 3, 1)) + 256 * instr(d, substr(memory_percent_max, 4, 1)) - 4369) / 100.0 END AS memory_percent_max,
    CASE cpu_temp WHEN 'FFFF' THEN NULL ELSE
        ((16 * instr(d, substr(cpu_temp, 1, 1)) + instr(d, substr(cpu_temp, 2, 1)) + 4096 * instr(d, substr(cpu_temp, 3, 1)) + 256 * instr(d, substr(cpu_temp, 4, 1)) - 4369) - 2000) / 100.0 END AS cpu_temp,
    CASE cpu_temp_max WHEN 'FFFF' THEN NULL ELSE
        ((16 * instr(d, substr(cpu_temp_max, 1, 1)) + instr(d, substr(cpu_temp_max, 2, 1)) + 4096 * instr(d, substr(cpu_temp_max, 3, 1)) + 256 * instr(d, substr(cpu_temp_max, 4, 1)) - 4369) - 2000) / 100.0 END AS cpu_temp_max,
    (16 * instr(d, substr(samples, 1, 1)) + instr(d, substr(samples, 2, 1)) + 4096 * instr(d, substr(samples, 3, 1)) + 256 * instr(d, substr(samples, 4, 1)) - 4369) AS samples,
    (16 * instr(d, substr(cpu_temp_samples, 1, 1)) + instr(d, substr(cpu_temp_samples, 2, 1)) + 4096 * instr(d, substr(cpu_temp_samples, 3, 1)) + 256 * instr(d, substr(cpu_temp_samples, 4, 1)) - 4369) AS cpu_temp_samples
FROM words CROSS JOIN digits WHERE samples <> '0000';
