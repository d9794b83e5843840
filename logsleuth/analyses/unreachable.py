"""Pools of which every server is unreachable from one moment to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.pools import PoolFacts
    from logsleuth.analyses.traffic import Array

_FEW: Final = 8
_DEAD: Final = 0.8
_BESIDE_S: Final = 10.0
_MOVES: Final = frozenset({"stop", "start", "deploy"})


@dataclass(frozen=True, slots=True)
class Unreachable:
    """What connects the servers of a pool was cut: figures in seconds."""

    servers: int
    attempts: int
    apart_s: float
    """Between the first unreachable request of the first server and of the last."""
    back_s: float | None
    """Between the first good request of the first server and of the last; None: not over."""
    told: bool
    """Whether an application that logs said in that time that it stopped or started."""


def at_once(facts: Facts, pool: PoolFacts) -> Unreachable | None:
    """All servers of a pool that nobody listened on; None where one served, or too few tell."""
    asked = [s for s in pool.servers if s.during.attempts]
    if facts.blind or len(asked) < 2 or any(s.during.attempts < _FEW for s in asked):
        return None
    if any(s.during.unconnected < _DEAD * s.during.attempts or s.new for s in asked):
        return None
    cut = [_first(facts, facts.on(s.server) & facts.during & facts.badness.failed) for s in asked]
    ended = facts.window.ended
    after = facts.traffic.started >= (facts.window.stop - 1.0)
    back = [_first(facts, facts.on(s.server) & after & ~facts.badness.failed) for s in asked]
    low, high = facts.window.onset - _BESIDE_S, facts.window.stop + _BESIDE_S
    moves = [c for c in facts.changes if c.kind in _MOVES and low <= c.ts <= high]
    return Unreachable(
        servers=len(asked),
        attempts=sum(s.during.attempts for s in asked),
        apart_s=max(cut) - min(cut),
        back_s=max(back) - min(back) if ended is not None and np.isfinite(back).all() else None,
        told=bool(moves),
    )


def longest_run(facts: Facts, server: str) -> tuple[int, int]:
    """The most requests on a server, one after the other, that found nobody listening; and all."""
    mine = facts.traffic.unconnected[facts.during & facts.on(server)]
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mine.astype(np.int8), [0]))))
    runs = edges[1::2] - edges[::2]
    return int(runs.max(initial=0)), int(mine.sum())


def _first(facts: Facts, flags: Array) -> float:
    at = np.flatnonzero(flags)[:1]
    return float(facts.traffic.started[at[0]]) if len(at) else np.inf
