"""What takes more than one query: ingest, live values, sessions, retention."""
