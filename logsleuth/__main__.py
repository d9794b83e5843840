"""Runs logsleuth as `python -m logsleuth`."""

from logsleuth.cli import program

if __name__ == "__main__":
    program()
