"""A case of known content, on which canned queries are tried."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from logsleuth.case import library, templates
from logsleuth.case.store import write_case

if TYPE_CHECKING:
    from logsleuth.case.binding import Query
    from logsleuth.case.store import Case

QUERIES: Final = library.load()
ONE, TWO = "10.0.0.1:8080", "10.0.0.2:8080"
REQUEST_ID: Final = "9f3a1c44d1e84b6fa0c2b1d3e5f60718"
REQUIRED: Final = {
    "id": REQUEST_ID,
    "after": "2026-03-01T10:02:00Z",
    "moment": "2026-03-01T10:02:00Z",
}
FILL: Final = Path(__file__).with_name("filled.sql").read_text(encoding="utf-8")


def fill(path: Path, more: str = "") -> None:
    """Write the case, and by more statements what one test wants beside."""
    with write_case(path) as connection:
        connection.execute(FILL)
        connection.execute(
            "update other_records set template_id = "
            "(hash(form_of(words_of(message, statement))) >> 1)::bigint where message is not null"
        )
        templates.find(connection)
        if more:
            connection.execute(more)


def given(query: Query) -> dict[str, str]:
    """Values for the parameters that have no default."""
    return {one.name: REQUIRED[one.name] for one in query.parameters if one.default is None}


def results(case: Case, name: str, **words: str) -> list[dict[str, Any]]:
    query = library.find(QUERIES, name)
    names, rows = library.run(case, query, given(query) | words)
    return [dict(zip(names, row, strict=True)) for row in rows]


def moment(time: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-01T{time}")
