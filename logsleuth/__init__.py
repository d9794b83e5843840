"""Finds out from the logs which layer broke a web service, and which layers did not."""

__version__ = "0.1.0"
