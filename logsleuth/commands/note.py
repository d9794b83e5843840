"""`note`: puts a moment of people's own on the timeline: paged, escalated, rolled back."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from logsleuth.commands import Output, ReadCase, Table, Zone, chosen, narrate, wanted

if TYPE_CHECKING:
    from logsleuth.console.output import Wanted


def note(
    at: Annotated[
        str | None,
        typer.Argument(metavar="AT", help="When: 2026-03-01T10:31Z, or 10:31 of its only day."),
    ] = None,
    text: Annotated[str | None, typer.Argument(metavar="TEXT", help="What happened.")] = None,
    case: ReadCase = None,
    drop: Annotated[
        int | None, typer.Option("--drop", metavar="NUMBER", help="Remove a note.")
    ] = None,
    tz: Zone = None,
    style: Table = None,
    output: Output = None,
) -> None:
    """Note a moment in the case, to be on the timeline as yours; without one, list them.

    Times are UTC unless they, --tz or a setting say their zone.

    \b
    logsleuth note 2026-03-01T10:31Z "rolled back to 2.17" --case incident.duckdb
    logsleuth note 10:18 "paged" --case incident.duckdb
    logsleuth note --case incident.duckdb
    """
    from logsleuth.case import notes
    from logsleuth.console.times import zone
    from logsleuth.errors import UsageError
    from logsleuth.renderers.wording import moment

    path = chosen(case)
    if drop is not None:
        notes.drop(path, drop)
    elif at is not None and text is not None:
        added = notes.add(path, at, text, zone(tz))
        narrate(f"note {added.number}: {moment(added.ts)} UTC, {added.text}")
    elif at is not None:
        message = "a note has a time and a text"
        raise UsageError(message, hint='logsleuth note 2026-03-01T10:31Z "rolled back"')
    else:
        _list(path, wanted(style, output, tz))


def _list(path: Path, asked: "Wanted") -> None:
    from logsleuth.case import notes
    from logsleuth.case.store import open_case
    from logsleuth.console.output import Answer, put

    with open_case(path) as case:
        rows = [(one.number, one.ts, one.text) for one in notes.read(case)]
    put(Answer(["number", "at", "text"], rows, [int, datetime, str]), asked)
