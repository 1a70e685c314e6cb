"""The checks, a file for each thing that is looked at: read what is there, then judge it in a function of its own."""
