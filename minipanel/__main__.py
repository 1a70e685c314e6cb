"""`python -m minipanel` runs the command `minipanel`."""

from __future__ import annotations

from minipanel.cli import main

if __name__ == "__main__":
    main()
