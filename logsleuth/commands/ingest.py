"""`ingest`: reads evidence into a case, every line accounted for."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from logsleuth.commands import (
    Evidence,
    Formats,
    LogFormat,
    Quiet,
    Style,
    Zones,
    assumed,
    known,
    narrate,
    wanted,
)

if TYPE_CHECKING:
    from logsleuth.case.ingest import Summary
    from logsleuth.console.output import Wanted

_ACCOUNT = {
    "path": str, "format": str, "role": str, "lines": int, "events": int, "continuation": int,
    "rejected": int, "blank": int, "since": datetime, "until": datetime,
}  # fmt: skip


def ingest(
    evidence: Evidence,
    case: Annotated[Path, typer.Option("--case", metavar="FILE", help="The case to write.")],
    formats: Formats = None,
    assume_tz: Zones = None,
    log_format: LogFormat = None,
    style: Annotated[
        Style | None, typer.Option("--format", "-f", help="Print the account of every file.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Read evidence into a case, and account for every line.

    \b
    logsleuth ingest logs/ --case incident.duckdb
    zcat old.log.gz | logsleuth ingest - --case incident.duckdb
    logsleuth ingest logs/ --case incident.duckdb --assume-tz 'app*.log=Europe/Berlin'
    logsleuth ingest access.log --case incident.duckdb --log-format '%h %t "%r" %>s %D'
    """
    from logsleuth.case.ingest import ingest as read
    from logsleuth.case.opening import writable
    from logsleuth.renderers.progress import reading

    writable(case, evidence)
    asked = wanted(style) if style is not None else None
    with reading(sys.stderr, quiet=quiet) as progress:
        summary = read(evidence, case, known(formats, log_format)(), progress, assumed(assume_tz))
    if not quiet:
        _tell(summary, case)
    if asked is not None:
        _account(case, asked)


def _tell(summary: "Summary", case: Path) -> None:
    for problem in summary.problems:
        narrate(f"warning: {problem}")
    again = f", {summary.skipped} files were in it already" if summary.skipped else ""
    narrate(
        f"{case}: {summary.lines:,} lines of {summary.sources} files read, "
        f"{summary.events:,} events, {summary.rejected:,} lines rejected{again}"
    )


def _account(case: Path, asked: "Wanted") -> None:
    from logsleuth.case import library
    from logsleuth.case.store import open_case
    from logsleuth.console.output import Answer, put

    with open_case(case) as opened:
        names, rows = library.run(opened, library.load()["sources"], {})
    places = [names.index(name) for name in _ACCOUNT]
    cells = [[row[place] for place in places] for row in rows]
    put(Answer([*_ACCOUNT], cells, [*_ACCOUNT.values()]), asked)
