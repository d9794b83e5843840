"""What each log covers: its span, silences that its rate makes improbable, parts that are lost."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.coverage_fact import Fact
from logsleuth.analyses.shown import moment
from logsleuth.analyses.statements import sql

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from logsleuth.analyses.traffic import Array
    from logsleuth.case.store import Case

_BINS: Final = 300
# A silence by chance: less than once in a million, and logs come in bursts.
_EXPECTED: Final = 20.0
_TIMES: Final = 4
_LEAST_BINS: Final = 3
# A database speaks in bursts: there a minute of silence is unusual, and seconds are not.
_WORDLESS_S: Final = 60.0
# What a rotated log may miss between two parts: a few lines are written meanwhile.
_BETWEEN_S: Final = 5.0
_COMPRESSED: Final = re.compile(r"\.(?:gz|bz2|xz|zst)$")
_ROTATED: Final = re.compile(r"(\.\w+)[.-](?:\d{1,3}|\d{8}(?:-?\d{2,6})?|\d{4}-\d\d-\d\d)$")


@dataclass(frozen=True, slots=True)
class Log:
    """A file of a layer's log; times in seconds."""

    source_id: int
    path: str
    role: str
    format: str
    events: int
    since: float | None
    until: float | None
    resolution_s: float | None
    repeated_share: float | None
    other_path: str | None
    left_out: bool
    of_requests: bool
    """Whether it has a line for each request: what is said else comes in bursts."""

    @property
    def family(self) -> str:
        """Its path without what rotation and compression add."""
        return _ROTATED.sub(r"\1", _COMPRESSED.sub("", self.path))


def logs(case: Case) -> tuple[Log, ...]:
    """Every log with a line in it, in order of path."""
    return tuple(Log(*row) for row in case.rows(sql("coverage_spans")))


def told(one: Log) -> Iterator[Fact]:
    """Give what one log is: how much, from when to when, how exactly."""
    yield Fact(one.role, one.path, "events", one.events, one.format)
    if one.since is not None and one.until is not None:
        yield Fact(one.role, one.path, "span", f"{moment(one.since)} to {moment(one.until)}")
    if one.resolution_s is not None:
        coarse = "which of two things in a second came first isn't known"
        yield Fact(
            one.role, one.path, "resolution_s", one.resolution_s,
            coarse if one.resolution_s >= 1 else "",
        )  # fmt: skip


def repeated(one: Log) -> Iterator[Fact]:
    """Tell of lines that another log has too."""
    if one.repeated_share is None:
        return
    so = "each is counted once" if one.left_out else "those are counted twice"
    yield Fact(
        one.role, one.path, "lines in another log too", one.repeated_share,
        f"{one.repeated_share:.0%} of its lines are in {one.other_path} too; {so}", warns=True,
    )  # fmt: skip


def lost(all_logs: Sequence[Log]) -> Iterator[Fact]:
    """Tell where the parts of a rotated log don't meet."""
    families: dict[tuple[str, str], list[Log]] = {}
    for one in all_logs:
        if one.since is not None and not one.left_out:
            families.setdefault((one.role, one.family), []).append(one)
    for (role, family), parts in sorted(families.items()):
        parts.sort(key=lambda part: (part.since or 0.0, part.path))
        for earlier, later in pairwise(parts):
            yield from _between(role, family, earlier, later)


def _between(role: str, family: str, earlier: Log, later: Log) -> Iterator[Fact]:
    ended, began = earlier.until or 0.0, later.since or 0.0
    busy = sum(part.events for part in (earlier, later))
    seconds = sum((part.until or 0.0) - (part.since or 0.0) for part in (earlier, later))
    missing = (began - ended) * busy / max(seconds, 1.0)
    if began - ended > _BETWEEN_S and missing >= _EXPECTED:
        stretch = f"{moment(ended)} to {moment(began)} UTC"
        yield Fact(
            role, family, "rotated away", stretch,
            f"its parts don't meet: about {missing:.0f} lines are missing, {stretch}", warns=True,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Silence:
    """A stretch, in seconds, in which a log says nothing where its rate makes lines likely."""

    log: Log
    began: float
    ended: float
    expected: float
    known: bool
    """Whether it means something: an instance that was asked nothing had nothing to say."""
    means: str = ""


def silences(case: Case, all_logs: Sequence[Log]) -> Iterator[Fact]:
    """Tell where a log is silent though its own rate makes lines to be expected.

    An instance that the balancer asked for nothing meanwhile had nothing to say.
    """
    for one in stretches(case, all_logs):
        stretch = f"{moment(one.began)} to {moment(one.ended)}"
        yield Fact(one.log.role, one.log.path, "silence", stretch, one.means, warns=one.known)


def stretches(case: Case, all_logs: Sequence[Log]) -> Iterator[Silence]:
    """Find the longest silence of each log that is improbable, in the order of the logs."""
    timed = [one for one in all_logs if one.since is not None and one.until is not None]
    main = [one for one in timed if one.role == "balancer"] or timed
    if not main:
        return
    since, until = min(o.since or 0.0 for o in main), max(o.until or 0.0 for o in main)
    width = max((until - since) / _BINS, 1.0)
    rows = case.rows(sql("coverage_bins"), {"since": since, "until": until, "width": width})
    count = int((until - since) / width) + 1
    for one in timed:
        bins = np.zeros(count)
        for source_id, place, lines in rows:
            if source_id == one.source_id:
                bins[place] = lines
        found = _silent(bins)
        if found is not None:
            began, ended = since + found[0] * width, since + found[1] * width
            yield _silence(case, one, began, ended, found[2])


def _silent(bins: Array) -> tuple[int, int, float] | None:
    """First and last bin of the longest silence between two lines, and what it should have had."""
    (busy,) = np.nonzero(bins)
    if len(busy) < 2:
        return None
    apart = np.diff(busy)
    at = int(np.argmax(apart))
    length = int(apart[at]) - 1
    others = int(np.delete(apart, at).max(initial=1)) - 1
    rate = float(bins.sum()) / max(int(busy[-1] - busy[0]) + 1 - length, 1)
    unusual = length >= max(_LEAST_BINS, _TIMES * others) and rate * length >= _EXPECTED
    return (int(busy[at]) + 1, int(busy[at + 1]), rate * length) if unusual else None


def _silence(case: Case, one: Log, began: float, ended: float, expected: float) -> Silence:
    stretch = f"{moment(began)} to {moment(ended)} UTC"
    means = f"silent {stretch}, where about {expected:.0f} lines were to be expected"
    known = one.of_requests or (one.role == "database" and ended - began >= _WORDLESS_S)
    if one.role == "application":
        asked = {"source_id": one.source_id, "began": began, "ended": ended}
        requests = int(case.row(sql("coverage_asked"), asked)[0])
        known = requests >= 0.5 * expected
        means += f"; its server is known to have answered {requests} requests meanwhile"
    return Silence(one, began, ended, expected, known, means)
