-- Adds only: how many records of the past were sent; `records` of them were read back twice.

ALTER TABLE archive_push ADD COLUMN sent INTEGER NOT NULL DEFAULT 0;
