"""`coverage`: prints what the evidence covers, what it lacks, and what can be claimed on it."""

import sys

from logsleuth.commands import (
    EvidenceOrCase,
    Formats,
    KeptCase,
    LogFormat,
    Output,
    Quiet,
    Table,
    assumed,
    known,
    narrate,
    wanted,
)

_NAMES = ["layer", "subject", "fact", "value", "means"]


def coverage(
    evidence: EvidenceOrCase,
    style: Table = None,
    output: Output = None,
    case: KeptCase = None,
    formats: Formats = None,
    log_format: LogFormat = None,
    quiet: Quiet = False,
) -> None:
    """Print what the evidence covers, and what is missing.

    Spans, clocks, silences, lost and repeated parts, fields, and for each hypothesis what can be
    claimed or would have to be collected.

    \b
    logsleuth coverage logs/
    logsleuth coverage incident.duckdb --format csv
    """
    from logsleuth.analyses.coverage_account import account
    from logsleuth.case.opening import opened
    from logsleuth.console.output import Answer, put
    from logsleuth.renderers.progress import reading

    asked = wanted(style, output, evidence=evidence)
    with (
        reading(sys.stderr, quiet=quiet) as progress,
        opened(evidence, case, known(formats, log_format), progress, assumed(None)) as (
            read,
            problems,
        ),
    ):
        found = account(read)
    for problem in problems:
        narrate(problem)
    rows = [(fact.layer, fact.subject, fact.fact, fact.value, fact.means) for fact in found]
    put(Answer(_NAMES, rows, [str] * len(_NAMES)), asked)
