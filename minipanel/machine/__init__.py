"""The machine that this runs on: its hosts file, its addresses, what the panel depends on, and the running panel."""
