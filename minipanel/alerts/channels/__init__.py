"""The ways to notify people, one per file."""
