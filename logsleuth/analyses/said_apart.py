"""Kinds of messages that only one of two cases has, or that one has at another rate."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from logsleuth.analyses.statements import sql
from logsleuth.compared import Said
from logsleuth.model import Interval
from logsleuth.stats.counts import poisson_ratio
from logsleuth.stats.multiple import benjamini_hochberg

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logsleuth.analyses.measured import Measured
    from logsleuth.case.store import Case
    from logsleuth.compared import SaidKind, Stretch
    from logsleuth.stats.counts import RateRatio

# As for messages of one case: likely, often enough, and changed by so much at the near end.
_LIKELY: Final = 0.01
_LEAST: Final = 3
_CHANGED: Final = 1.5
# Kinds that are asked of each case; of words that aren't templates there is no end.
_MOST: Final = 4000
_TOLD: Final = 60
_BY_REQUESTS: Final = frozenset({"balancer", "application"})
_SEVERITY: Final = {"fatal": 2.0, "error": 1.5, "warning": 1.0, "info": 0.5, "debug": 0.25}


@dataclass(frozen=True, slots=True)
class _Kind:
    role: str
    shape: str
    level: str | None
    base: int
    case: int
    event: str | None


def differing(
    base: Case, case: Case, one: Measured, other: Measured
) -> tuple[tuple[Said, ...], int]:
    """Kinds of messages that differ, the most telling first, and how many kinds were not asked for.

    Only roles that both cases have are compared: all that one says would be new otherwise.
    """
    if one.stretch is None or other.stretch is None:
        return (), 0
    asked, unasked = _asked(base, case, one.stretch, other.stretch)
    kinds = list(_kinds(base, case, asked)) if asked else []
    ratios = [_ratio(kind, one, other) for kind in kinds]
    adjusted = benjamini_hochberg([r.p_value for r in ratios]).tolist()
    found = []
    for kind, ratio, p_value in zip(kinds, ratios, adjusted, strict=True):
        way = _way(kind, ratio, p_value)
        if way is not None:
            found.append(_said(kind, ratio, p_value, way))
    return tuple(sorted(found, key=_order)[:_TOLD]), unasked


def roles(case: Case) -> frozenset[str]:
    """Which layers say something with a time."""
    return frozenset(row[0] for row in case.rows(sql("role_spans")))


def _asked(
    base: Case, case: Case, one: Stretch, other: Stretch
) -> tuple[list[tuple[str, str]], int]:
    shared, found, unasked = roles(base) & roles(case), set(), 0
    for side, stretch in ((base, one), (case, other)):
        bounds = {"since": stretch.since.timestamp(), "until": stretch.until.timestamp()}
        side.prepare(sql("kinds_said"), bounds)
        rows = side.rows(sql("kinds_most"), {"most": _MOST})
        found |= {(role, shape) for role, shape, _ in rows if role in shared}
        unasked += max(rows[0][2] - len(rows), 0) if rows else 0
    return sorted(found), unasked


def _kinds(base: Case, case: Case, asked: list[tuple[str, str]]) -> Iterator[_Kind]:
    values = {"roles": [role for role, _ in asked], "shapes": [shape for _, shape in asked]}
    pairs = zip(
        base.rows(sql("kinds_asked"), values), case.rows(sql("kinds_asked"), values), strict=True
    )
    for (role, shape, level, first, event), (_, _, other_level, second, other_event) in pairs:
        yield _Kind(role, shape, other_level or level, first, second, other_event or event)


def _ratio(kind: _Kind, one: Measured, other: Measured) -> RateRatio:
    exposures = [_exposure(kind.role, side) for side in (one, other)]
    return poisson_ratio(kind.case, exposures[1], kind.base, exposures[0])


def _exposure(role: str, side: Measured) -> float:
    """How much could have been said about: requests, or seconds."""
    seconds = side.stretch.seconds if side.stretch else 1.0
    return max(float(side.whole.counts.requests) if role in _BY_REQUESTS else seconds, 1.0)


def _way(kind: _Kind, ratio: RateRatio, p_value: float) -> SaidKind | None:
    if p_value > _LIKELY or max(kind.base, kind.case) < _LEAST:
        return None
    if not kind.base:
        return "new"
    if not kind.case:
        return "gone"
    if ratio.interval.low >= _CHANGED:
        return "more"
    return "fewer" if ratio.interval.high <= 1 / _CHANGED else None


def _said(kind: _Kind, ratio: RateRatio, p_value: float, way: SaidKind) -> Said:
    return Said(
        role=kind.role, shape=kind.shape, level=kind.level, kind=way, base=kind.base,
        case=kind.case, ratio=ratio.ratio, p_value=p_value, event=kind.event,
        interval=Interval(ratio.interval.low, ratio.interval.high),
    )  # fmt: skip


def _order(said: Said) -> tuple[float, str, str]:
    """The sure part of the change, by severity."""
    falls = said.kind in ("gone", "fewer")
    sure = 1 / said.interval.high if falls else said.interval.low
    score = math.log(max(sure, 1.01)) * _SEVERITY.get(said.level or "warning", 1.0)
    return -score, said.role, said.shape
