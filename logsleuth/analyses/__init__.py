"""Functions from a read-only case to facts; none of them judges."""
