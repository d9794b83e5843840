"""What was read and how far it reaches: accounts of the sources, and what to beware of."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from logsleuth.analyses import clocks, coverage_account
from logsleuth.analyses.shown import moment
from logsleuth.analyses.statements import sql
from logsleuth.model import Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from logsleuth.analyses.incident import Window
    from logsleuth.case.store import Case


def sources(case: Case) -> tuple[Source, ...]:
    """Every file of the evidence with its account, in order of path."""
    return tuple(_source(*row) for row in case.rows(sql("sources")))


def _source(
    path: str, kind: str, role: str, lines: int, events: int, continuation: int, rejected: int,
    blank: int, sha256: str, size: int, since: datetime | None, until: datetime | None,
    zone: str | None, shift: float,
) -> Source:  # fmt: skip
    return Source(
        path=path, format=kind, role=role, lines=lines, events=events, continuation=continuation,
        rejected=rejected, blank=blank, sha256=sha256, bytes=size, since=_utc(since),
        until=_utc(until), zone=_zone(zone, shift),
    )  # fmt: skip


def _utc(ts: datetime | None) -> datetime | None:
    return None if ts is None else ts.replace(tzinfo=UTC)


def _zone(zone: str | None, shift: float) -> str | None:
    """Name a zone that was inferred by its offset: `inferred +02:00`."""
    if zone != "inferred" and not shift:
        return zone
    minutes = round(shift / 60)
    return f"{zone} {'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def roles(case: Case) -> frozenset[str]:
    """Which layers have written something of the evidence."""
    return frozenset(row[0] for row in case.rows(sql("roles")))


def warnings(case: Case, window: Window | None = None) -> tuple[str, ...]:
    """What a reader should know before trusting the verdict."""
    return (
        *_baseline(window),
        *_gaps_in_layers(case),
        *_zones(case),
        *clocks.warnings(case),
        *coverage_account.warnings(case),
        *_rejects(case),
        *_problems(case),
    )


def _baseline(window: Window | None) -> Iterator[str]:
    """Where "before" isn't before: the evidence begins with the incident."""
    if window is None or (window.baseline.until <= window.onset and window.baseline.seconds > 0):
        return
    if not window.baseline.seconds:
        yield (
            "the evidence begins with the incident and has no time without it: servers are held"
            " against their equals and the configuration; an hour of the log before it tells more"
        )
        return
    yield (
        "the evidence begins with the incident: what is said to be before it is from the time after"
        f" its end, {moment(window.baseline.since)} to {moment(window.baseline.until)} UTC"
    )


def _gaps_in_layers(case: Case) -> Iterator[str]:
    present = roles(case)
    if "balancer" not in present:
        yield "no balancer's log: shares, retries and the incident's window can't be judged"
    for role in ("application", "database"):
        if role not in present:
            yield f"no log of the {role}: nothing can be said for or against it by its own words"
    named, requests, placed = case.row(sql("named_servers"))
    advice = "add $upstream_addr to its log_format"
    if requests and not named:
        yield f"the balancer's log names no server: {advice}"
    elif placed:
        yield (
            f"the balancer's log names no server: other logs tell it for {placed} of {requests}"
            f" requests; {advice}"
        )


def _zones(case: Case) -> Iterator[str]:
    for path, zone, shift in case.rows(sql("guessed_zones")):
        if zone == "assumed UTC" and not shift:
            yield f"{path}: its times have no zone and nothing tells it; UTC is assumed"
        else:
            yield f"{path}: its times have no zone; {_zone(zone, shift)} fits the other sources"


def _rejects(case: Case) -> Iterator[str]:
    for path, rejected, lines in case.rows(sql("rejected")):
        yield (
            f"{path}: {rejected} of {lines} lines could not be read"
            " (logsleuth query rejected-lines)"
        )


def _problems(case: Case) -> Iterator[str]:
    for (text,) in case.rows(sql("problems")):
        yield text
