"""`report`: writes the whole story as one page that opens anywhere."""

from pathlib import Path
from typing import Annotated

import typer

from logsleuth.commands import EvidenceOrCase, Formats, KeptCase, Quiet, diagnose


def report(
    evidence: EvidenceOrCase,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The HTML file to write.")
    ],
    case: KeptCase = None,
    formats: Formats = None,
    quiet: Quiet = False,
) -> None:
    """Write the whole story as one HTML page, and print its path.

    \b
    logsleuth report logs/ -o report.html
    logsleuth report incident.duckdb -o report.html
    """
    from logsleuth.case.opening import writable
    from logsleuth.renderers import html

    writable(output, evidence)
    found = diagnose(evidence, case, formats, quiet=quiet)
    output.write_text(html.render(found), encoding="utf-8")
    typer.echo(str(output))
