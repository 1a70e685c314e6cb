"""The running panel: its process, its socket, its signals. A program of its own: `python -m minipanel.serving`."""
