"""`timeline`: prints what happened, in order, with the events that show it."""

import sys

from logsleuth.commands import (
    EvidenceOrCase,
    Formats,
    LogFormat,
    Quiet,
    Style,
    Table,
    diagnose,
    known,
)


def timeline(
    evidence: EvidenceOrCase,
    style: Table = Style.TABLE,
    formats: Formats = None,
    log_format: LogFormat = None,
    quiet: Quiet = False,
) -> None:
    """Print what happened, in order.

    \b
    logsleuth timeline incident.duckdb
    logsleuth timeline logs/ --format md
    """
    from logsleuth.renderers.table import write_rows

    found = diagnose(evidence, None, known(formats, log_format), quiet=quiet)
    rows = [
        (moment.ts, moment.kind, moment.component, moment.title, " ".join(moment.evidence))
        for moment in found.timeline
    ]
    write_rows(sys.stdout, ["at", "kind", "component", "title", "evidence"], rows, style)
