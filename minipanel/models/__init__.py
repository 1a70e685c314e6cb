"""Plain data: nodes, samples, records, answers."""
