"""What the commands do: one module per command. minipanel/cli reads their arguments and calls them."""
