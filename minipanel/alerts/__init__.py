"""Findings: what is wrong, who is notified, and what was wrong before."""
