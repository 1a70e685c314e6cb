"""The ways to people, one a file."""
