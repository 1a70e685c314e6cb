"""The panel's work between handlers and database: ingest, live values, history, retention, backups."""
