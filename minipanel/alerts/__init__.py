"""Findings: what is wrong, who is told, and what was wrong before."""
