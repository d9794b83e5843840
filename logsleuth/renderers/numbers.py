"""The document's figures over time as columns: for tools, and for the filter of the report."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from logsleuth.renderers.primitives import number, text, time

if TYPE_CHECKING:
    from collections.abc import Iterable

    from logsleuth.model import Breakdown, DatabaseLog, Gap, LaneBin, Series

_DIGITS = 4


def columns(series: Series) -> dict[str, Any]:
    """Return the figures of a document as lists of equal length, one a column."""
    whole = series.breakdown
    return {
        "bin_s": number(series.bin_s),
        "traffic": {
            "from": [time(bin_.ts) for bin_ in series.traffic[:1]],
            "requests": [bin_.requests for bin_ in series.traffic],
            "failed": [bin_.failed for bin_ in series.traffic],
            "latency_p50_s": [short(bin_.latency_p50_s) for bin_ in series.traffic],
            "latency_p95_s": [short(bin_.latency_p95_s) for bin_ in series.traffic],
        },
        "lanes": _lanes(series),
        "gaps": [_gap(gap) for gap in series.gaps],
        "breakdown": None if whole is None else breakdown(whole),
        "database": None if series.database is None else database(series.database),
    }


def _lanes(series: Series) -> list[dict[str, Any]]:
    """Return each kind of events with the number of each bin after the first, and its count."""
    begin = min((bin_.ts for bin_ in series.lanes), default=None)
    kinds: dict[tuple[str, str], list[LaneBin]] = {}
    for bin_ in series.lanes:
        kinds.setdefault((bin_.component, bin_.kind), []).append(bin_)
    return [
        {
            "component": text(component),
            "kind": text(kind),
            "from": time(begin),
            "bins": [round((b.ts - begin).total_seconds() / series.bin_s) for b in bins if begin],
            "counts": [b.count for b in bins],
        }
        for (component, kind), bins in sorted(kinds.items())
    ]


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "path": text(gap.path),
        "component": text(gap.component),
        "from": time(gap.since),
        "to": time(gap.until),
        "expected": number(gap.expected),
    }


def breakdown(whole: Breakdown) -> dict[str, Any]:
    """Return the counts to filter by; in the flat tables, -n stands for n zeros in a row."""
    return {
        "from": time(whole.since),
        "bin_s": number(whole.bin_s),
        "bins": whole.bins,
        "facets": [[text(facet.pool), text(facet.server)] for facet in whole.facets],
        "routes": [text(route) for route in whole.routes],
        "outcomes": list(whole.outcomes),
        "bands_s": list(whole.bands_s),
        "requests": runs(whole.requests),
        "failed": runs(whole.failed),
        "answered": runs(whole.answered),
        "latencies": runs(whole.latencies),
        "took_ms": runs(whole.took_ms),
        "sent_bytes": runs(whole.sent_bytes),
        "tallies": [
            {
                "dimension": one.dimension,
                "values": [text(value) for value in one.values],
                "requests": runs(one.requests),
                "failed": runs(one.failed),
            }
            for one in whole.tallies
        ],
    }


def database(log: DatabaseLog) -> dict[str, Any]:
    """Return what databases logged by bin; among counts, -n stands for n zeros in a row."""
    return {
        "from": time(log.since),
        "bin_s": number(log.bin_s),
        "bins": log.bins,
        "statements": [
            {
                "fingerprint": text(one.fingerprint),
                "calls": runs(one.calls),
                "took_ms": runs(one.took_ms),
                "longest_s": number(one.longest_s),
                "longest": text(one.longest),
                "who": [text(name) for name in one.who],
            }
            for one in log.statements
        ],
        "words": [
            {
                "text": text(one.text),
                "level": text(one.level),
                "lines": runs(one.lines),
                "first": text(one.first),
            }
            for one in log.words
        ],
    }


def database_totals(log: DatabaseLog | None) -> dict[str, Any] | None:
    """Return what databases logged, summed over all of their logs; None where there is none."""
    if log is None:
        return None
    return {
        "statements": [
            {
                "fingerprint": text(one.fingerprint) or None,
                "calls": sum(one.calls),
                "took_s": number(sum(one.took_ms) / 1000),
                "longest_s": number(one.longest_s),
                "who": [text(name) for name in one.who],
                "evidence": text(one.longest),
            }
            for one in log.statements
        ],
        "words": [
            {
                "text": text(one.text) or None,
                "level": text(one.level),
                "lines": sum(one.lines),
                "evidence": text(one.first),
            }
            for one in log.words
        ],
    }


def runs(counts: Iterable[int]) -> list[int]:
    """Write counts with each run of zeros as its negative length."""
    written: list[int] = []
    for zero, group in groupby(counts, key=lambda value: value == 0):
        values = list(group)
        written += [-len(values)] if zero else values
    return written


def short(value: float | None) -> float | None:
    """Return a figure with as many digits as a chart shows, or None where there is none."""
    told = number(value)
    return None if told is None else float(f"{told:.{_DIGITS}g}")
