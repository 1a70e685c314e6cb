"""`minipanel doctor`: everything that may be wrong, one line each with what helps. A check more is a file more here."""
