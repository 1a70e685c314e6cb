"""The checks, one file per subject. Each reads the facts, then judges them in a function of its own."""
