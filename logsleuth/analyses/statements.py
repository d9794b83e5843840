"""The SQL of the analyses, one file each."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def sql(name: str) -> str:
    """Return the text of an analysis's SQL file."""
    return files("logsleuth.analyses").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
