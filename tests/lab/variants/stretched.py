"""The same requests over hours: each as long as it was, but further from the next."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from tests.lab.variants.evidence import UnfitError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lab.variants.evidence import Evidence, Log

TIMES: Final = 16
# What is about limits, queues and locks isn't the same with fewer requests at once.
_CROWDED: Final = frozenset(
    {
        "capacity-limit", "connection-exhaustion", "lock-contention", "abusive-client",
        "traffic-surge",
    }
)  # fmt: skip
_STAMP: Final = re.compile(
    r"(?P<iso>(?<!\d)\d{4}(?P<dash>[-/])\d\d(?P=dash)\d\d(?P<t>[T ])[ \d]\d:\d\d:\d\d)"
    r"|(?P<clf>\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d)"
    r"|(?P<syslog>(?<![\w])[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)"
    r"|(?P<short>(?:(?<=# Time: )|(?<=completed at ))\d{6} [ \d]\d:\d\d:\d\d)"
    r"|(?P<ms>(?<![\d.])1\d{12}(?![\d.]))"
    r"|(?P<unix>(?<![\d.])1\d{9}(?=\.\d{3}(?!\d)|;))"
)
_WORD: Final = re.compile(rb"[0-9A-Za-z_:-]{12,}")
_UNITS: Final = {"ms": 1000, "unix": 1}
_LAYOUTS: Final = {
    "clf": "%d/%b/%Y:%H:%M:%S",
    "syslog": "%Y %b %d %H:%M:%S",
    "short": "%y%m%d %H:%M:%S",
}
# Lines of one request are written within this time of each other.
_NEAR_S: Final = 0.3
_SENT: Final = """
select epoch(a.ts), coalesce(a.duration_s, 0), a.request_id, a.path
from requests r join aligned a using (source_id, line) where a.ts is not null
order by a.ts, a.source_id, a.line
"""
_LINES: Final = """
select line, epoch(ts), coalesce(duration_s, 0), request_id, path from aligned
where source_id = $source order by line
"""


@dataclass
class _Moves:
    """By how many seconds, whole ones, what belongs to each request of the balancer is moved."""

    since: float
    ids: dict[str, float] = field(default_factory=dict)
    paths: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))

    def of(self, at: float) -> float:
        return float(round((at - self.since) * (TIMES - 1)))

    def told(self, text: bytes, else_: float) -> float:
        """That of the request whose id a text has, in whatever place."""
        words = (found[0].decode() for found in _WORD.finditer(text))
        return next((self.ids[word] for word in words if word in self.ids), else_)

    def near(self, path: str, at: float) -> float | None:
        """That of the request for a path that ended next to a moment."""
        ends = self.paths.get(path, [])
        place = bisect_left(ends, (at, 0.0))
        close = [one for one in ends[max(place - 1, 0) : place + 1] if abs(one[0] - at) < _NEAR_S]
        return min(close, key=lambda one: abs(one[0] - at))[1] if close else None


def stretched(evidence: Evidence) -> Evidence:
    """Spread a case over so many times its time.

    Raises:
        UnfitError: it is about how many requests there are at once.
    """
    if evidence.truth.get("fault") in _CROWDED or evidence.truth.get("second"):
        raise UnfitError
    moves = _moves(evidence)
    written = evidence.changed(
        lambda log: _spread(evidence, log, moves), "balancer", "application", "database"
    )
    return written.told(**dict(_truth(evidence.truth, moves)))


def _moves(evidence: Evidence) -> _Moves:
    rows = evidence.case.rows(_SENT)
    moves = _Moves(min(at - took for at, took, _, _ in rows))
    for at, took, name, path in rows:
        move = moves.of(at - took)
        if name is not None:
            moves.ids[str(name)] = move
        moves.paths[path or ""].append((at, move))
    return moves


def _spread(evidence: Evidence, log: Log, moves: _Moves) -> bytes:
    """A log with every record at its new time, in the order of these."""
    rows = evidence.case.rows(_LINES, {"source": log.source})
    moved = dict(zip((int(row[0]) for row in rows), _each(rows, moves), strict=True))
    found, last = [], 0.0
    for line, at, text in evidence.lines(log):
        last = moves.told(text, moved.get(line, last))
        found.append(((at or moves.since) + last, text, last))
    if log in evidence.access or log.role == "application":
        found.sort(key=lambda one: one[0])
    return b"".join(_later(text, move) for _, text, move in found)


def _each(rows: list[Any], moves: _Moves) -> list[float]:
    """The move of each record: that of its request, of one that is told at once, or of its time."""
    own = [_own(row, moves) for row in rows]
    told, behind, until = [], None, 0.0
    for (_, at, took, _, _), move in zip(reversed(rows), reversed(own), strict=True):
        if move is not None:
            behind, until = move, at or 0.0
        near = behind if at is not None and 0 <= until - at < _NEAR_S else None
        told.append(move if move is not None else near if near is not None
                    else moves.of((at or moves.since) - took))  # fmt: skip
    return told[::-1]


def _own(row: Any, moves: _Moves) -> float | None:
    _, at, took, name, path = row
    if name is not None and str(name) in moves.ids:
        return moves.ids[str(name)]
    return moves.near(path, at) if path and at is not None and took else None


def _later(text: bytes, move: float) -> bytes:
    return _STAMP.sub(lambda found: _stamp(found, move), text.decode("latin-1")).encode("latin-1")


def _stamp(found: re.Match[str], move: float) -> str:
    kind, text = str(found.lastgroup), found[0]
    if kind in _UNITS:
        return str(int(text) + _UNITS[kind] * int(move))
    layout = _LAYOUTS.get(kind) or f"%Y{found['dash']}%m{found['dash']}%d{found['t']}%H:%M:%S"
    year = "2026 " if kind == "syslog" else ""
    moment = datetime.strptime(year + text, layout) + timedelta(seconds=move)  # noqa: DTZ007
    return moment.strftime(layout).removeprefix(year)


def _truth(truth: dict[str, Any], moves: _Moves) -> Iterator[tuple[str, object]]:
    yield "stretch", TIMES
    yield "span_s", truth["span_s"] * TIMES
    for name in ("from", "to", "onset", "onset_visible", "end", "end_visible"):
        if truth.get(name):
            at = datetime.fromisoformat(truth[name])
            move = timedelta(seconds=moves.of(at.timestamp()))
            yield name, (at + move).isoformat(timespec="milliseconds").replace("+00:00", "Z")
