"""Looks at the machine before anything is changed: one module per subject."""
