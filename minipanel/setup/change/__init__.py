"""Changes the machine in steps that can be repeated, and undoes them."""
