-- Adds only: the newest records again, an hour of a node in one row, in the whole numbers that charts draw.

-- id = node_id << 32 | timestamp of the hour, which has the records of (timestamp - 3600, timestamp]. A column's values
-- are the inside of a JSON array, or one integer if all are equal. times: NULL if all 12 records are there, else 'p', the
-- hour's timestamp, and those of its records, with colons between.
-- A column for each of a record's is added at a start (database/drawn_hours.py), so new metrics need no migration here.
CREATE TABLE drawn_hours (
    id INTEGER PRIMARY KEY,
    records INTEGER NOT NULL,
    times TEXT
);

-- A row whose records change is worthless, until it is made again with the node's hours. As triggers, so that no release
-- can forget them.
CREATE TRIGGER record_came_to_drawn AFTER INSERT ON system_metrics
BEGIN
    DELETE FROM drawn_hours WHERE id = NEW.node_id << 32 | (NEW.timestamp + 3599) / 3600 * 3600;
END;
CREATE TRIGGER record_changed_when_drawn AFTER UPDATE ON system_metrics
BEGIN
    DELETE FROM drawn_hours WHERE id = NEW.node_id << 32 | (NEW.timestamp + 3599) / 3600 * 3600;
END;
CREATE TRIGGER record_went_when_drawn AFTER DELETE ON system_metrics
BEGIN
    DELETE FROM drawn_hours WHERE id = OLD.node_id << 32 | (OLD.timestamp + 3599) / 3600 * 3600;
END;
