"""The parts of the storm: panel and nodes that faults can hit, known values, the faults, and the final check."""
