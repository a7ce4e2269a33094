"""Runs the command line: `python -m livestyle`."""

import sys

from livestyle.cli import main

sys.exit(main())
