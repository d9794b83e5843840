"""What to know of each fault: loads the runbooks, one file a fault, shipped beside the report."""

from __future__ import annotations

import tomllib
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from logsleuth.errors import UsageError
from logsleuth.model import COMPONENTS, Runbook, RunbookNote, RunbookStep
from logsleuth.nearest import nearest
from logsleuth.resources import shipped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from importlib.resources.abc import Traversable

_LIST: Final = "logsleuth explain lists them"


@cache
def load() -> Mapping[str, Runbook]:
    """Return every runbook by the name of its fault, component by component."""
    folder = shipped("reports").joinpath("runbooks")
    books = [_read(entry) for entry in folder.iterdir() if entry.name.endswith(".toml")]
    books.sort(key=lambda book: (COMPONENTS.index(book.component), book.fault))
    return MappingProxyType({book.fault: book for book in books})


def find(name: str) -> Runbook:
    """Return the runbook of a fault; case and underscores don't matter.

    Raises:
        UsageError: there is no such fault; the hint names the nearest.
    """
    books = load()
    wanted = name.strip().lower().replace("_", "-").replace(" ", "-")
    if wanted not in books:
        message = f"there is no fault called {name!r}"
        raise UsageError(message, hint=_did_you_mean(wanted, list(books)) or _LIST)
    return books[wanted]


def _did_you_mean(wanted: str, names: Sequence[str]) -> str:
    holding = [name for name in names if wanted and wanted in name]
    near = holding or [one for one in [nearest(wanted, names, cutoff=0.5)] if one]
    return f"did you mean {' or '.join(near[:2])}? {_LIST}" if near else ""


def _read(entry: Traversable) -> Runbook:
    data = tomllib.loads(entry.read_text(encoding="utf-8"))
    return Runbook(
        fault=entry.name.removesuffix(".toml"),
        component=data["component"],
        title=_line(data["title"]),
        what=_line(data["what"]),
        shows=_notes(data["shows"]),
        lookalikes=_notes(data["lookalikes"]),
        confirm=_steps(data["confirm"]),
        resolve=_steps(data["resolve"]),
        prevent=_steps(data["prevent"]),
    )


def _notes(table: Mapping[str, str]) -> tuple[RunbookNote, ...]:
    return tuple(RunbookNote(about, _line(text)) for about, text in table.items())


def _steps(tables: Sequence[Mapping[str, Any]]) -> tuple[RunbookStep, ...]:
    return tuple(
        RunbookStep(_line(table["text"]), table.get("code", "").lstrip("\n").rstrip())
        for table in tables
    )


def _line(text: str) -> str:
    """A file breaks its lines where its editor likes; a showing breaks them where it must."""
    return " ".join(text.split())
