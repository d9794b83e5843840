"""Runs logsleuth as `python -m logsleuth`."""

import sys

from logsleuth.cli import main

if __name__ == "__main__":
    sys.exit(main())
