"""`waterfall`: prints one request through all layers, and what each did with the time."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from logsleuth.commands import (
    Formats,
    LogFormat,
    Output,
    Quiet,
    ReadCase,
    Table,
    assumed,
    chosen,
    known,
    wanted,
)
from logsleuth.errors import QueryError, UsageError

if TYPE_CHECKING:
    from logsleuth.case.store import Case
    from logsleuth.console.output import Wanted
    from logsleuth.model import Waterfall

_COLUMNS = {
    "event": str, "part": str, "label": str, "depth": int, "start_s": float, "took_s": float,
    "basis": str, "confidence": float, "note": str, "evidence": str,
}  # fmt: skip


def waterfall(
    request: Annotated[
        str | None,
        typer.Argument(metavar="[REQUEST]", help="A request id, a trace id or an EVENT-ID."),
    ] = None,
    evidence: Annotated[
        list[str] | None,
        typer.Argument(metavar="[EVIDENCE...]", help="Look here, where there is no case."),
    ] = None,
    case: ReadCase = None,
    slowest: Annotated[
        int, typer.Option("--slowest", min=0, max=100, help="So many of the slowest requests.")
    ] = 0,
    failed: Annotated[
        int, typer.Option("--failed", min=0, max=100, help="So many of the first that failed.")
    ] = 0,
    style: Table = None,
    output: Output = None,
    formats: Formats = None,
    log_format: LogFormat = None,
    quiet: Quiet = False,
) -> None:
    """Print where the time of a request went: queue, connection, application, database, sending.

    With --slowest or --failed every argument is evidence. As json it is whole, in other formats
    than a table a row for each stretch.

    \b
    logsleuth waterfall 3f9a1c44d1e8:1042 --case incident.duckdb
    logsleuth waterfall 7bb99ad3db7ca27cf7c1c11d93f2b2f1 logs/
    logsleuth waterfall --slowest 3 logs/
    """
    from logsleuth.analyses.waterfall import draw
    from logsleuth.case.opening import opened
    from logsleuth.renderers.progress import reading

    given = list(evidence or ())
    if slowest or failed:
        given, request = ([request] if request else []) + given, None
    elif request is None:
        message = "which request?"
        raise UsageError(message, hint="a request id or an EVENT-ID, or --slowest 3, or --failed 3")
    asked = wanted(style, output, evidence=given)
    kept = case if given else None
    given = given or [str(chosen(case))]
    with (
        reading(sys.stderr, quiet=quiet) as progress,
        opened(given, kept, known(formats, log_format), progress, assumed(None)) as (read, _),
    ):
        places = _places(read, request, slowest, failed)
        drawn = [draw(read, place) for place in places]
    _write(drawn, asked)


def _write(drawn: Sequence["Waterfall"], asked: "Wanted") -> None:
    from logsleuth.console.output import Answer, put, put_text
    from logsleuth.renderers.waterfall import dumps, text

    if asked.format in {"table", "json"}:
        put_text(lambda: dumps(drawn) if asked.format == "json" else text(drawn), asked)
        return
    rows = [
        (one.event, part.part, part.label, part.depth, part.start_s, part.took_s, part.basis,
         part.confidence, part.note, part.event)
        for one in drawn for part in one.segments
    ]  # fmt: skip
    put(Answer([*_COLUMNS], rows, [*_COLUMNS.values()]), asked)


def _places(case: "Case", request: str | None, slowest: int, failed: int) -> list[tuple[int, int]]:
    from logsleuth.analyses import waterfall as analysis

    if request is not None:
        places = analysis.found(case, request)
        if not places:
            message = f"{request}: the balancer's logs have no such request"
            raise QueryError(message, hint="logsleuth query slow-requests lists some")
        return places
    named = analysis.slowest(case, slowest) + analysis.failed(case, failed)
    return list(dict.fromkeys(named))
