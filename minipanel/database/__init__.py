"""SQLite behind a small interface: write samples, read the newest, read history."""
