"""`minipanel top`: shows the cluster live in a terminal."""
