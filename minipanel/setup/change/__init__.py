"""Change the machine, so that each step can be run again, and the way back."""
