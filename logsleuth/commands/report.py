"""`report`: writes the whole story as a page that opens anywhere, or as a postmortem's draft."""

from pathlib import Path
from typing import Annotated

import typer

from logsleuth.commands import (
    EvidenceOrCase,
    Formats,
    KeptCase,
    LogFormat,
    Page,
    Quiet,
    Zones,
    diagnose,
    known,
    told_as,
)


def report(
    evidence: EvidenceOrCase,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The file to write.")
    ],
    form: Annotated[
        Page | None,
        typer.Option("--format", "-f", help="What to write; without it, the file's name tells."),
    ] = None,
    case: KeptCase = None,
    formats: Formats = None,
    assume_tz: Zones = None,
    log_format: LogFormat = None,
    quiet: Quiet = False,
) -> None:
    """Write the whole story as one HTML page, or a postmortem's draft, and print its path.

    \b
    logsleuth report logs/ -o report.html
    logsleuth report incident.duckdb -o report.html
    logsleuth report incident.duckdb -o postmortem.md
    """
    from logsleuth.case.opening import writable

    writable(output, evidence)
    found = diagnose(evidence, case, known(formats, log_format), quiet=quiet, zones=assume_tz)
    output.write_text(told_as(found, output, form), encoding="utf-8")
    typer.echo(str(output))
