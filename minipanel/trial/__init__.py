"""`minipanel try`: runs a panel and an agent for this machine. An installed panel needs nothing of this."""
