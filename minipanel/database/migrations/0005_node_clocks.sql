-- How nodes' clocks stand to the clock of the panel's machine that nobody sets, so that whoever reads this database
-- knows how old a node's newest sample is, whatever clock is wrong.

-- ahead_seconds: a sample's timestamp less the uptime of the panel's machine when it arrived, in the boot with this id.
-- Written when it changes by over a second: no write a sample.
CREATE TABLE node_clocks (
    node_id INTEGER PRIMARY KEY,
    boot_id TEXT NOT NULL,
    ahead_seconds REAL NOT NULL
);
