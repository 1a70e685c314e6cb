"""The languages of the terminal: which one a reader wants, and the Chinese of each room's sentences."""
