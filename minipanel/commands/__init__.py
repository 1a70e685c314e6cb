"""What the commands do: one module a command. cli.py reads their arguments and calls them."""
