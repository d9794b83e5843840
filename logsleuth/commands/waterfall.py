"""`waterfall`: prints one request through all layers, and what each did with the time."""

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from logsleuth.commands import Formats, LogFormat, Quiet, ReadCase, known
from logsleuth.errors import QueryError, UsageError

if TYPE_CHECKING:
    from logsleuth.case.store import Case


class Shape(StrEnum):
    """How waterfalls are written."""

    TEXT = "text"
    JSON = "json"


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
    shape: Annotated[Shape, typer.Option("--format", "-f", help="How to write them.")] = Shape.TEXT,
    formats: Formats = None,
    log_format: LogFormat = None,
    quiet: Quiet = False,
) -> None:
    """Print where the time of a request went: queue, connection, application, database, sending.

    With --slowest or --failed every argument is evidence.

    \b
    logsleuth waterfall 3f9a1c44d1e8:1042 --case incident.duckdb
    logsleuth waterfall 7bb99ad3db7ca27cf7c1c11d93f2b2f1 logs/
    logsleuth waterfall --slowest 3 logs/
    """
    from logsleuth.analyses.waterfall import draw
    from logsleuth.case.opening import chosen, opened
    from logsleuth.renderers.progress import reading
    from logsleuth.renderers.waterfall import dumps, text

    given = list(evidence or ())
    if slowest or failed:
        given, request = ([request] if request else []) + given, None
    elif request is None:
        message = "which request?"
        raise UsageError(message, hint="a request id or an EVENT-ID, or --slowest 3, or --failed 3")
    kept = case if given else None
    given = given or [str(chosen(case))]
    with (
        reading(sys.stderr, quiet=quiet) as progress,
        opened(given, kept, known(formats, log_format), progress) as (read, _),
    ):
        places = _places(read, request, slowest, failed)
        drawn = [draw(read, place) for place in places]
    sys.stdout.write(dumps(drawn) if shape is Shape.JSON else text(drawn))


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
