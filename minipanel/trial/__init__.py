"""`minipanel try`: a panel and an agent for this machine, and nothing that an installed panel needs."""
