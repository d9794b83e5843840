"""What DuckDB refuses, said so that people know what to type instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from logsleuth.errors import QueryError
from logsleuth.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import duckdb

_KIND: Final = re.compile(r"^(?:[A-Z]\w+ )+(?:Error|Exception):\s*")
_COLUMN: Final = re.compile(
    r'Referenced column "(?P<name>[^"]*)" not found'
    r'|Table "(?P<table>[^"]*)" does not have a column named "(?P<other>[^"]*)"'
    r'|Values list "(?P<values>[^"]*)" does not have a column named "(?P<third>[^"]*)"'
)
_CANDIDATES: Final = re.compile(r"Candidate bindings: *:?\s*(?P<names>.*)")
_TABLE: Final = re.compile(r"Table with name (?P<name>\S+) does not exist")
_FUNCTION: Final = re.compile(r"(?:Scalar|Table|Aggregate)? ?Function with name (?P<name>\S+) does")
_MEANT: Final = re.compile(r'Did you mean "(?P<name>[^"]*)"')
_PLACE: Final = re.compile(r"^LINE \d+:[^\n]*(?:\n\s*\^+)?\s*\Z", re.MULTILINE)
_QUOTED: Final = re.compile(r'"([^"]*)"')
_COLUMNS: Final = 'logsleuth sql "describe requests" lists the columns of a table'
_TABLES: Final = 'logsleuth sql "show tables" lists the tables'


def refused(error: duckdb.Error, columns: Callable[[], Iterable[str]] = tuple) -> QueryError:
    """Return what DuckDB refused as an error of ours: what, where in the SQL, and what to type.

    `columns` gives the names of all columns that there are, where DuckDB names none that is near.
    """
    said = str(error).strip()
    place = _PLACE.search(said)
    told = _KIND.sub("", said[: place.start()] if place else said).strip()
    message, hint = _told(told, columns)
    where = f"\n{place[0].rstrip()}" if place else ""
    return QueryError(message + where, hint=hint)


def _told(text: str, columns: Callable[[], Iterable[str]]) -> tuple[str, str]:
    if column := _COLUMN.search(text):
        name = column["name"] or column["other"] or column["third"]
        near = _meant(name, text, _COLUMNS, columns)
        return f"there is no column called {name!r}", near
    if table := _TABLE.search(text):
        return f"there is no table called {table['name']!r}", _meant(table["name"], text, _TABLES)
    if function := _FUNCTION.search(text):
        name = function["name"]
        return f"there is no function called {name!r}", _meant(name, text, "logsleuth sql --help")
    if "read-only mode" in text:
        return "a case that is read can't be changed", "logsleuth ingest adds evidence to a case"
    if "disabled by configuration" in text:
        return text, "SQL reaches the case only, no files and no network"
    return text, "logsleuth sql --help"


def _meant(name: str, text: str, otherwise: str, known: Callable[[], Iterable[str]] = tuple) -> str:
    """What may have been meant, and where all are listed; DuckDB also names what isn't near."""
    candidates = _CANDIDATES.search(text)
    found = _QUOTED.findall(candidates["names"]) if candidates else []
    found += [one["name"] for one in [_MEANT.search(text)] if one]
    word = name.rpartition(".")[2]
    near = did_you_mean(word, [one.rpartition(".")[2] for one in found])
    near = near or did_you_mean(word, known())
    return " ".join(part for part in (near, otherwise) if part)
