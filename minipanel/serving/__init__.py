"""The running panel: its process, its sockets and its signals. A separate program: `python -m minipanel.serving`."""
