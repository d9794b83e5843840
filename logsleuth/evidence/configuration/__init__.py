"""Reads the balancer's configuration: what it was told to do, to hold against what it did."""
