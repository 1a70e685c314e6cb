"""MiniPanel: the panel that watches a cluster's nodes."""

__version__ = "0.1.0"
