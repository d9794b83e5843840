"""`browse`: a terminal program for looking around in a case."""

import sys
from contextlib import ExitStack
from typing import Annotated

import typer

from logsleuth.commands import (
    Formats,
    LogFormat,
    Queries,
    Quiet,
    Zones,
    assumed,
    known,
    own_queries,
)
from logsleuth.errors import UsageError


def browse(
    evidence: Annotated[
        list[str], typer.Argument(metavar="CASE", help="A case, or evidence in any mix.")
    ],
    formats: Formats = None,
    assume_tz: Zones = None,
    log_format: LogFormat = None,
    queries: Queries = None,
    quiet: Quiet = False,
) -> None:
    """Browse a case in the terminal: timeline, histogram, shares, lines of all layers, SQL.

    Keys are those of lnav where both do the same; ? lists them, q leaves. Nothing is changed.

    \b
    logsleuth browse incident.duckdb
    logsleuth browse logs/ nginx.conf
    """
    _check()
    from logsleuth.browser.app import Browser
    from logsleuth.case.opening import opened
    from logsleuth.investigation import investigate
    from logsleuth.renderers.progress import reading

    with ExitStack() as stack:
        with reading(sys.stderr, quiet=quiet) as progress:
            load = known(formats, log_format)
            case, _ = stack.enter_context(
                opened(evidence, None, load, progress, assumed(assume_tz))
            )
            found = investigate(case)
        Browser(case, found, evidence[0], own_queries(queries)).run()


def _check() -> None:
    """Refuse early and in words: half a program on a pipe helps nobody."""
    if not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()):
        message = "browse needs a terminal for input and output"
        raise UsageError(message, hint="for scripts: logsleuth timeline, shares, query or sql")
