"""`compare`: puts two cases side by side: before a fix and after it, a good day and a bad one."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from logsleuth.commands import Formats, LogFormat, Quiet, Style, Table, Zones, known

if TYPE_CHECKING:
    from logsleuth.compared import Comparison


def compare(
    base: Annotated[
        str, typer.Argument(metavar="BASE", help="Evidence or a case: what is held against.")
    ],
    case: Annotated[str, typer.Argument(metavar="CASE", help="Evidence or a case.")],
    style: Table = Style.TABLE,
    whole: Annotated[
        bool,
        typer.Option(
            "--whole", help="All of both; without it, the incident's stretch where there is one."
        ),
    ] = False,
    formats: Formats = None,
    assume_tz: Zones = None,
    log_format: LogFormat = None,
    quiet: Quiet = False,
) -> None:
    """Put two cases side by side: what differs, how sure that is, and what can't be compared.

    Verdicts, requests, failures, latencies, shares, configuration, messages, hypotheses, evidence.

    \b
    logsleuth compare yesterday.duckdb today.duckdb
    logsleuth compare before-the-fix/ after-the-fix/ --whole
    logsleuth compare good.duckdb bad.duckdb --format json | jq .pools
    """
    from logsleuth.case.opening import opened
    from logsleuth.comparing import compare as compared
    from logsleuth.renderers.progress import reading

    _check(base, case)
    load = known(formats, log_format)
    with ExitStack() as stack:
        progress = stack.enter_context(reading(sys.stderr, quiet=quiet))
        (one, first), (other, second) = (
            stack.enter_context(opened([path], None, load, progress, assume_tz or ()))
            for path in (base, case)
        )
        found = compared((one, other), (base, case), (first, second), whole=whole)
    _write(found, style)


def _check(base: str, case: str) -> None:
    from logsleuth.errors import UsageError

    paths = Path(base), Path(case)
    if base == case or (all(p.exists() for p in paths) and paths[0].samefile(paths[1])):
        message = f"{case}: BASE and CASE are the same"
        raise UsageError(message, hint="name two cases, or two folders of evidence")


def _write(found: "Comparison", style: Style) -> None:
    from logsleuth.renderers import compared, compared_page, compared_rows
    from logsleuth.renderers.table import write_rows

    if style is Style.TABLE:
        compared.show(found)
    elif style is Style.JSON:
        sys.stdout.write(compared_rows.dumps(found))
    elif style is Style.MD:
        sys.stdout.write(compared_page.render(found))
    else:
        write_rows(sys.stdout, compared_rows.COLUMNS, compared_rows.rows(found), style)
