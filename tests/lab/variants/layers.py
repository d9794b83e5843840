"""Evidence as it is mostly: with layers, fields, time or requests missing."""

from __future__ import annotations

import re
import zlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from tests.lab.variants.evidence import UnfitError

if TYPE_CHECKING:
    from tests.lab.variants.evidence import Evidence, Log

_WORD: Final = re.compile(rb"[0-9A-Za-z_:-]{12,}")
# Stamps of balancers with parts of a second: Unix times, Apache's and ISO.
_PARTS: Final = re.compile(
    rb"(?<![\d.])(1[0-9]{9})\.[0-9]{3}\b|(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d)\.\d{3}"
    rb"|(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d+"
)
_STAMP: Final = re.compile(
    rb"(?P<day>\d{4}-\d\d-\d\d)(?P<t>[T ])(?P<clock>\d\d:\d\d:\d\d)|(?<=\"time\":)(?P<ms>1\d{12})"
)
_WITHIN_S: Final = 12.0
_LEAST_S: Final = 4.0


def without(evidence: Evidence, *roles: str) -> Evidence:
    """Leave whole layers out."""
    for role in roles:
        evidence = evidence.without({log.name for log in evidence.of(role)}, role)
        if role == "database" and evidence.truth["database"] != "culprit":
            evidence = evidence.told(database="absent")
    return evidence


def bare(evidence: Evidence) -> Evidence:
    """Only the access log of the balancer: no configuration and no log of errors."""
    access = {log.name for log in evidence.access}
    rest = {log.name for log in evidence.of("configuration", "balancer")} - access
    return evidence.without(rest, "configuration")


def without_ids(evidence: Evidence) -> Evidence:
    """No request ids anywhere."""
    rows = evidence.case.rows("select distinct request_id from events where request_id is not null")
    ids = {str(row[0]).encode().lower() for row in rows}
    if not ids:
        raise UnfitError

    def change(log: Log) -> bytes:
        return _WORD.sub(lambda w: b"-" if w[0].lower() in ids else w[0], log.data)

    return evidence.changed(change, "balancer", "application", "database")


def whole_seconds(evidence: Evidence) -> Evidence:
    """Balancer stamps cut to whole seconds."""

    def change(log: Log) -> bytes:
        return _PARTS.sub(lambda m: m[1] or m[2] or m[3], log.data)

    cut = evidence.changed(change, "balancer")
    if cut.logs == evidence.logs:
        raise UnfitError
    return cut


def clock_off(evidence: Evidence, seconds: int = 7) -> Evidence:
    """One host's clock is wrong: that of the first instance that the truth blames, or the first."""
    logs = sorted(evidence.of("application"), key=lambda log: log.name)
    if not logs:
        raise UnfitError
    blamed = [log for log in logs if log.host in evidence.truth["target"]]
    chosen = (blamed or logs)[0]

    def later(found: re.Match[bytes]) -> bytes:
        if found["ms"]:
            return str(int(found["ms"]) + 1000 * seconds).encode()
        text = (found["day"] + b" " + found["clock"]).decode()
        moment = datetime.fromisoformat(text) + timedelta(seconds=seconds)
        return f"{moment:%Y-%m-%d}{found['t'].decode()}{moment:%H:%M:%S}".encode()

    def change(log: Log) -> bytes:
        return _STAMP.sub(later, log.data) if log.name == chosen.name else log.data

    return evidence.changed(change, "application")


def sampled(evidence: Evidence, one_in: int = 3) -> Evidence:
    """Of the balancer's requests one in three, by a hash as nginx's `split_clients` does.

    Each third line would be one server's alone where three take turns.
    """
    access = {log.name for log in evidence.access}

    def change(log: Log) -> bytes:
        if log.name not in access:
            return log.data
        lines = log.data.splitlines(keepends=True)
        return b"".join(line for line in lines if zlib.crc32(line) % one_in == 0)

    return evidence.changed(change, "balancer")


def span(evidence: Evidence, first: float, last: float) -> Evidence:
    """Of the time between the first and the last request only a part.

    Raises:
        UnfitError: the part begins or ends within moments of the onset or of the end.
    """
    since, until = evidence.case.row("select epoch(min(ended)), epoch(max(ended)) from requests")
    begin, stop = since + first * (until - since), since + last * (until - since)
    evidence = _told(evidence, begin, stop, until)
    log_step = {log.name: log.step_s for log in evidence.logs}

    def change(log: Log) -> bytes:
        kept, on = [], False
        for _, at, text in evidence.lines(log):
            shift = log_step[log.name] / 2 if log_step[log.name] >= 1 else 0.0
            on = on if at is None else begin <= at + shift < stop
            if on:
                kept.append(text)
        return b"".join(kept)

    return evidence.changed(change, "balancer", "application", "database")


def within(evidence: Evidence) -> Evidence:
    """Only of the time in which it went badly, as when people collect what is there now.

    Raises:
        UnfitError: there was no incident, or too short a one.
    """
    truth = evidence.truth
    if not truth["incident"] or truth.get("end_also"):
        raise UnfitError
    since, until = evidence.case.row("select epoch(min(ended)), epoch(max(ended)) from requests")
    onset, end = (
        datetime.fromisoformat(truth[name]).timestamp() if truth[name] else at
        for name, at in (("onset_visible", since), ("end_visible", until))
    )
    first, last = max(onset, since), min(end, until)
    if last - first < _WITHIN_S:
        raise UnfitError
    parts = (first + 0.15 * (last - first) - since, last - 0.1 * (last - first) - since)
    return span(evidence, *(part / (until - since) for part in parts))


def _told(evidence: Evidence, begin: float, stop: float, until: float) -> Evidence:
    """What is true of a part of the time."""
    truth = evidence.truth
    if not truth["incident"]:
        return evidence.told(span_s=stop - begin)
    onset = datetime.fromisoformat(truth["onset_visible"] or truth["onset"]).timestamp()
    end = datetime.fromisoformat(truth["end"]).timestamp() if truth["end"] else until + 60
    least = max(_LEAST_S, 0.1 * (stop - begin))
    if stop < onset and stop < datetime.fromisoformat(truth["onset"]).timestamp():
        calm = {"incident": False, "component": "none", "fault": "none", "target": []}
        return evidence.told(**calm, onset=None, end=None, skewed_pools=[], span_s=stop - begin)
    if stop < onset + least or begin > end - least or abs(begin - onset) < 1:
        raise UnfitError
    return evidence.told(
        span_s=stop - begin,
        onset_before_evidence=truth.get("onset_before_evidence", False) or begin > onset,
        end=truth["end"] if end < stop else None,
    )


def renamed(evidence: Evidence, role: str, name: str) -> Evidence:
    """Give the logs of a layer other endings of names."""
    logs = tuple(
        replace(log, name=f"{log.name.partition('.')[0]}{name}") if log.role == role else log
        for log in evidence.logs
    )
    return replace(evidence, logs=logs)
