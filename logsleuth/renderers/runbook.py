"""A runbook for a terminal at three in the morning, and as Markdown for a wiki."""

from __future__ import annotations

import re
from textwrap import indent, wrap
from typing import TYPE_CHECKING, Final

from logsleuth.renderers.wording import clock, day

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from logsleuth.model import Runbook, RunbookNote, RunbookStep

SECTIONS: Final = {
    "shows": "How it shows",
    "lookalikes": "What else looks like it",
    "confirm": "Confirm it",
    "resolve": "Resolve it now, safest first",
    "prevent": "Prevent it",
}
# What the commands take from the shell, with the value that an example has.
VARIABLES: Final = {
    "ONSET": "2026-03-01T10:14:05Z",
    "POOL": "web",
    "SERVER": "app-1",
    "ADDRESS": "10.0.0.1:8080",
    "ROUTE": "/checkout",
    "CLIENT": "192.0.2.7",
    "TABLE": "orders",
}
_VARIABLE: Final = re.compile(r"\$([A-Z]+)\b")
_WIDEST: Final = 100
_NARROWEST: Final = 40


def setting(book: Runbook, onset: datetime | None = None) -> str:
    """Return the lines of shell that set what the commands of a runbook take from it."""
    steps = (*book.confirm, *book.resolve, *book.prevent)
    used = {name for step in steps for name in _VARIABLE.findall(step.code)}
    values = dict(VARIABLES)
    if onset is not None:
        values["ONSET"] = f"{day(onset)}T{clock(onset)}Z"
    pairs = [f"{name}={value}" for name, value in values.items() if name in used]
    return "\n".join(["export LOGSLEUTH_CASE=incident.duckdb", " ".join(pairs)])


def text(book: Runbook, width: int) -> str:
    """Return a runbook as text; commands are never broken, however narrow the terminal is."""
    room = max(min(width, _WIDEST), _NARROWEST)
    lines = [f"{book.fault} · {book.component}", *wrap(book.title, room), ""]
    lines += wrap(book.what, room)
    for name, title in SECTIONS.items():
        lines += ["", title.upper(), *_section(book, name, room)]
    return "\n".join(lines) + "\n"


def _section(book: Runbook, name: str, room: int) -> Iterator[str]:
    if name in {"shows", "lookalikes"}:
        yield from _notes(getattr(book, name), room)
        return
    if name == "confirm":
        yield from indent(setting(book), "  ").splitlines()
    yield from _steps(getattr(book, name), room)


def _notes(notes: Sequence[RunbookNote], room: int) -> Iterator[str]:
    gap = max(len(note.about) for note in notes) + 4
    for note in notes:
        yield from _wrapped(note.text, room, f"  {note.about}".ljust(gap))


def _steps(steps: Iterable[RunbookStep], room: int) -> Iterator[str]:
    for place, step in enumerate(steps, start=1):
        yield from _wrapped(step.text, room, f"  {place}. ")
        yield from indent(step.code, "       ").splitlines()


def _wrapped(prose: str, room: int, head: str) -> list[str]:
    return wrap(
        prose,
        room,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    )


def markdown(book: Runbook) -> str:
    """Return a runbook as Markdown."""
    parts = [f"# {book.fault}", f"{book.title} Component: {book.component}.", book.what]
    for name, title in SECTIONS.items():
        parts += [f"## {title}", *_marked(book, name)]
    return "\n\n".join(parts) + "\n"


def _marked(book: Runbook, name: str) -> list[str]:
    if name in {"shows", "lookalikes"}:
        return ["\n".join(f"- **{note.about}**: {note.text}" for note in getattr(book, name))]
    parts = [_fence(setting(book))] if name == "confirm" else []
    for place, step in enumerate(getattr(book, name), start=1):
        parts.append(f"{place}. {step.text}")
        if step.code:
            parts.append(indent(_fence(step.code), "   "))
    return parts


def _fence(code: str) -> str:
    return f"```text\n{code}\n```"
