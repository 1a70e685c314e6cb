"""Look at the machine before anything is changed: one module, one thing looked at."""
