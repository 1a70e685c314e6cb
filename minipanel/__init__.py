"""MiniPanel: the panel that monitors a cluster's nodes."""

__version__ = "0.1.0"
