"""`investigate`: says on one screen which layer broke, and which layers did not."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from logsleuth.commands import (
    EvidenceOrCase,
    Formats,
    KeptCase,
    LogFormat,
    Quiet,
    Zones,
    diagnose,
    known,
    narrate,
    told_as,
)

if TYPE_CHECKING:
    from logsleuth.model import Investigation


class FailOn(StrEnum):
    """What `--fail-on` may ask for."""

    INCIDENT = "incident"
    SKEW = "skew"


def investigate(
    evidence: EvidenceOrCase,
    json: Annotated[
        str | None,
        typer.Option("--json", metavar="FILE", help="Write the document as JSON; - is stdout."),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report",
            metavar="FILE",
            help="Write the report: HTML, or Markdown if it ends in .md.",
        ),
    ] = None,
    case: KeptCase = None,
    fail_on: Annotated[
        FailOn | None, typer.Option("--fail-on", help="Exit with 1 when this was found.")
    ] = None,
    formats: Formats = None,
    assume_tz: Zones = None,
    log_format: LogFormat = None,
    quiet: Quiet = False,
) -> None:
    """Say which layer broke, and which layers did not.

    \b
    logsleuth investigate logs/
    logsleuth investigate logs/ --report report.html --case incident.duckdb
    logsleuth investigate lb.log app.tar.gz nginx.conf --json -
    """
    _check_targets(evidence, json, report)
    found = diagnose(evidence, case, known(formats, log_format), quiet=quiet, zones=assume_tz)
    if json == "-":
        _write_json(found)
    else:
        _show(found, json)
    if report is not None:
        _write_report(found, report, quiet=quiet)
    if _found(found, fail_on):
        raise typer.Exit(1)


def _check_targets(evidence: list[str], json: str | None, report: Path | None) -> None:
    from logsleuth.case.opening import writable

    for target in (None if json in {None, "-"} else json, report):
        if target is not None:
            writable(Path(target), evidence)


def _write_json(found: "Investigation") -> None:
    from logsleuth.renderers.json import dumps

    sys.stdout.write(dumps(found))


def _show(found: "Investigation", json: str | None) -> None:
    from logsleuth.console.output import look
    from logsleuth.renderers import terminal
    from logsleuth.renderers.json import dumps

    if json is not None:
        Path(json).write_text(dumps(found), encoding="utf-8")
    here = look(sys.stdout)
    terminal.show(found, width=here.width, color=here.color)


def _write_report(found: "Investigation", report: Path, *, quiet: bool) -> None:
    report.write_text(told_as(found, report), encoding="utf-8")
    if not quiet:
        narrate(f"report: {report}")


def _found(found: "Investigation", what: FailOn | None) -> bool:
    if what is FailOn.INCIDENT:
        return found.incident is not None
    return what is FailOn.SKEW and any(pool.skewed for pool in found.pools)
