"""The case: the only door to DuckDB and polars."""
