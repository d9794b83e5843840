"""`shares`: prints what each server of each pool got, beside what was intended for it."""

import sys
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from logsleuth.model import Pool, ServerShare

_NAMES = [
    "pool",
    "server",
    "skewed",
    "requests",
    "expected_share",
    "observed_share",
    "configured_share",
    "eligible_share",
    "baseline_share",
    "failure_rate",
    "latency_p95_s",
    "expected_from",
    "effect",
    "algorithm",
    "algorithm_before",
    "algorithm_seen",
    "configuration_line",
]


def shares(
    evidence: EvidenceOrCase,
    style: Table = Style.TABLE,
    formats: Formats = None,
    log_format: LogFormat = None,
    quiet: Quiet = False,
) -> None:
    """Print what each server got, beside what was intended.

    \b
    logsleuth shares incident.duckdb
    logsleuth shares logs/ --format csv
    """
    from logsleuth.renderers.table import write_rows

    found = diagnose(evidence, None, known(formats, log_format), quiet=quiet)
    rows = [_row(pool, server) for pool in found.pools for server in pool.servers]
    write_rows(sys.stdout, _NAMES, rows, style)


def _row(pool: "Pool", server: "ServerShare") -> list[object]:
    known = {
        "pool": pool.pool,
        "skewed": pool.skewed,
        "expected_from": pool.expected_from,
        "effect": pool.effect,
        "algorithm": pool.algorithm,
        "algorithm_before": pool.selection.before if pool.selection else None,
        "algorithm_seen": pool.selection.during if pool.selection else None,
        "configuration_line": pool.configuration_line,
    }
    return [known[name] if name in known else getattr(server, name) for name in _NAMES]
