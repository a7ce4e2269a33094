"""Runs the command line: `python -m training`."""

import sys

from training.cli import main

# Workers are spawned and import this module again.
if __name__ == "__main__":
    sys.exit(main())
