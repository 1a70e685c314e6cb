"""SQLite behind one small interface: write samples, newest, history."""
