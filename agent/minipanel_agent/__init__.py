"""MiniPanel's agent: measures one node and reports to the panel. Python 3.6 and later, standard library only."""

__version__ = "0.1.0"
