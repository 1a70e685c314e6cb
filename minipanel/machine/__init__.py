"""The machine that this runs on: its hosts file, addresses, other programs that the panel needs, the running panel."""
