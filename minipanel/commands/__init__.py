"""What the commands do: one module a command. minipanel/cli reads their arguments and calls them."""
