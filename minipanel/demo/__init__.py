"""Simulated nodes: what they are, what happens to them, their past, and how they report."""
