"""`timeline`: prints what happened, in order, with the events that show it."""

from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from logsleuth.commands import (
    EvidenceOrCase,
    Formats,
    LogFormat,
    Output,
    Quiet,
    Since,
    Table,
    Until,
    Zone,
    diagnose,
    known,
    narrate,
    wanted,
)

if TYPE_CHECKING:
    from logsleuth.model import Investigation
    from logsleuth.moments import Reach

_COLUMNS = {"at": datetime, "kind": str, "component": str, "title": str, "evidence": str}


def timeline(
    evidence: EvidenceOrCase,
    since: Since = None,
    until: Until = None,
    tz: Zone = None,
    style: Table = None,
    output: Output = None,
    formats: Formats = None,
    log_format: LogFormat = None,
    quiet: Quiet = False,
) -> None:
    """Print what happened, in order.

    --since and --until choose what is printed; the diagnosis rests on all of the evidence. "Ago"
    counts back from the last line, and a time of day is of the day that the evidence has.

    \b
    logsleuth timeline incident.duckdb
    logsleuth timeline incident.duckdb --since 11:14 --until +5m --tz Europe/Berlin
    logsleuth timeline logs/ --format md
    """
    from logsleuth.console import times
    from logsleuth.console.output import Answer, put

    asked = wanted(style, output, tz, evidence)
    found = diagnose(evidence, None, known(formats, log_format), quiet=quiet)
    tell = (lambda _: None) if quiet else narrate
    begin, end = times.stretch(since, until, lambda: _reach(found, asked.zone), tell)
    rows = [
        (moment.ts, moment.kind, moment.component, moment.title, " ".join(moment.evidence))
        for moment in found.timeline
        if (begin is None or moment.ts >= begin) and (end is None or moment.ts < end)
    ]
    put(Answer([*_COLUMNS], rows, [*_COLUMNS.values()]), asked)


def _reach(found: "Investigation", zone: tzinfo) -> "Reach":
    """As `case.reach` has it: of the balancer's lines, where there are some."""
    from logsleuth.moments import Reach

    with_times = [source for source in found.sources if source.since and source.until]
    told = [one for one in with_times if one.role == "balancer"] or with_times
    first = min((one.since for one in told if one.since), default=None)
    last = max((one.until for one in told if one.until), default=None)
    return Reach(first, last, zone)
