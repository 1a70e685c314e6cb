-- Adds only: records that fill, as narrow as can be; pending_metrics holds those that wait to move on.

-- Each sample is a page written, and here the fewest bytes of it: whole numbers, sums in hundredths (bytes for memory), which are
-- exact. Places as in pending_metrics: in the order of first samples. What a later metric needs is added by the panel itself.
CREATE TABLE filling_metrics (
    place INTEGER PRIMARY KEY,
    id INTEGER NOT NULL UNIQUE,
    seen INTEGER NOT NULL,
    samples INTEGER NOT NULL,
    cpu_percent_sum INTEGER NOT NULL DEFAULT 0,
    cpu_percent_max INTEGER,
    memory_total INTEGER,
    memory_used_sum INTEGER NOT NULL DEFAULT 0,
    memory_used_max INTEGER,
    cpu_temp_sum INTEGER NOT NULL DEFAULT 0,
    cpu_temp_max INTEGER,
    cpu_temp_samples INTEGER NOT NULL DEFAULT 0
);
