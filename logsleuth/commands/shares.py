"""`shares`: prints what each server of each pool got, beside what was intended for it."""

from typing import TYPE_CHECKING

from logsleuth.commands import (
    EvidenceOrCase,
    Formats,
    LogFormat,
    Output,
    Quiet,
    Table,
    diagnose,
    known,
    wanted,
)

if TYPE_CHECKING:
    from logsleuth.model import Pool, ServerShare

_COLUMNS = {
    "pool": str, "server": str, "skewed": bool, "requests": int, "expected_share": float,
    "observed_share": float, "configured_share": float, "eligible_share": float,
    "baseline_share": float, "failure_rate": float, "latency_p95_s": float, "expected_from": str,
    "effect": float, "algorithm": str, "algorithm_before": str, "algorithm_seen": str,
    "configuration_line": str,
}  # fmt: skip


def shares(
    evidence: EvidenceOrCase,
    style: Table = None,
    output: Output = None,
    formats: Formats = None,
    log_format: LogFormat = None,
    quiet: Quiet = False,
) -> None:
    """Print what each server got, beside what was intended.

    \b
    logsleuth shares incident.duckdb
    logsleuth shares logs/ --format csv
    """
    from logsleuth.console.output import Answer, put

    asked = wanted(style, output, evidence=evidence)
    found = diagnose(evidence, None, known(formats, log_format), quiet=quiet)
    rows = [_row(pool, server) for pool in found.pools for server in pool.servers]
    put(Answer([*_COLUMNS], rows, [*_COLUMNS.values()]), asked)


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
    return [known[name] if name in known else getattr(server, name) for name in _COLUMNS]
