"""Which route or client holds the harm, and what is left without it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.traffic import Array

# How long a client may be there before a queue overflows, and the requests before that which tell.
_MOMENTS_S: Final = 3.0
_LEAST: Final = 60


@dataclass(frozen=True, slots=True)
class Concentration:
    """One value of a dimension beside all the others in the window; rates are 0 to 1."""

    value: str
    requests: int
    share_before: float
    share_during: float
    rate: float
    others_rate: float
    excess_share: float
    """The part of the window's bad requests above the baseline that this value has."""


def by_route(facts: Facts, bad: Array | None = None) -> Concentration | None:
    """The route with most of the harm, or of what else is flagged."""
    flags = facts.badness.bad if bad is None else bad
    return _worst(facts, facts.traffic.route, facts.traffic.routes, flags)


def harmed_client(facts: Facts) -> Concentration | None:
    """The client with most of the harm."""
    return _worst(facts, facts.traffic.client, facts.traffic.clients, facts.badness.bad)


def by_client(facts: Facts) -> Concentration | None:
    """The client that added most requests in the window, whatever became of them.

    Who breaks a service was there moments before it broke: of its share before, they don't tell.
    """
    codes, names = facts.traffic.client, facts.traffic.clients
    size = len(names)
    before = np.bincount(codes[facts.before], minlength=size) / max(facts.seconds_before, 1e-3)
    during = np.bincount(codes[facts.during], minlength=size) / facts.window.bad_seconds
    if not size or not facts.during.any():
        return None
    code = int(np.argmax(during - before))
    earlier = facts.before & (facts.traffic.started < facts.window.earliest - _MOMENTS_S)
    known = earlier if earlier.sum() >= _LEAST else facts.before
    found = _described(facts, code, codes, names, facts.badness.bad)
    return replace(found, share_before=float((codes == code)[known].mean()) if known.any() else 0.0)


def _worst(facts: Facts, codes: Array, names: tuple[str, ...], bad: Array) -> Concentration | None:
    if not facts.during.any() or not names:
        return None
    excess = _excess(facts, codes, len(names), bad)
    return _described(facts, int(np.argmax(excess)), codes, names, bad)


def _excess(facts: Facts, codes: Array, size: int, bad: Array) -> Array:
    """Bad requests of each value above what the whole baseline would give."""
    base = float(bad[facts.before].mean()) if facts.before.any() else 0.0
    count = np.bincount(codes[facts.during], minlength=size)
    hit = np.bincount(codes[facts.during & bad], minlength=size)
    excess: Array = np.maximum(hit - base * count, 0.0)
    return excess


def _described(
    facts: Facts, code: int, codes: Array, names: tuple[str, ...], bad: Array
) -> Concentration:
    mine, during, before = codes == code, facts.during, facts.before
    others = during & ~mine
    excess = _excess(facts, codes, len(names), bad)
    total = float(excess.sum())
    return Concentration(
        value=names[code],
        requests=int((mine & during).sum()),
        share_before=float(mine[before].mean()) if before.any() else 0.0,
        share_during=float(mine[during].mean()),
        rate=float(bad[mine & during].mean()) if (mine & during).any() else 0.0,
        others_rate=float(bad[others].mean()) if others.any() else 0.0,
        excess_share=float(excess[code]) / total if total else 0.0,
    )
