"""HTTP in, answer out: no SQL, no arithmetic."""
