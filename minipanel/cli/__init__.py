"""The command line: reads arguments, calls one function. One file per command or group; root.py joins them."""

from minipanel.cli.root import cli, main

__all__ = ["cli", "main"]
