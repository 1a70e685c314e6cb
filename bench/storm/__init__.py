"""What the storm is made of: panel and nodes that can be troubled, values that are known, faults, the reckoning."""
