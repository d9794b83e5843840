"""Whether a recording shows what its label says."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Sequence

Figures = dict[str, float]
LATE_S = 0.03
NOTHING: Figures = {"requests": 0, "failure_rate": 0.0, "p50_s": 0.0, "p95_s": 0.0}


def _figures(truth: dict[str, object], part: str) -> Figures:
    observed = cast(dict[str, Figures | None], truth["observed"])[part]
    return observed or NOTHING


def _fails_more(before: Figures, during: Figures) -> bool:
    """At least six failures more than before explains, and no accident (two proportions, z > 3)."""
    n, m = during["requests"], before["requests"] or 1
    excess = (during["failure_rate"] - before["failure_rate"]) * n
    pooled = (during["failure_rate"] * n + before["failure_rate"] * m) / max(1, n + m)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / max(1, n) + 1 / m))
    return excess >= 6 and excess / n > 3 * spread


def _slower(before: Figures, during: Figures) -> bool:
    """Half as much again for the slow ones, or a third for everybody."""
    return during["p95_s"] > 1.5 * before["p95_s"] or during["p50_s"] > 1.33 * before["p50_s"]


def spoiled(lags_s: Sequence[float], restless: bool, most_s: float = LATE_S) -> list[str]:
    """Signs that the machine was too busy for its latencies to mean anything.

    One arrival in a hundred more than 30 ms late, or one by ten times as much, is a load
    generator that didn't get a core when it wanted one, and then neither did the servers. On a
    machine that has room the latest of thousands is 5 to 20 ms late.
    """
    lags, found = sorted(lags_s), []
    late_s = lags[int(0.99 * (len(lags) - 1))] if lags else 0.0
    if late_s > most_s or (lags and lags[-1] > 10 * most_s):
        found.append(f"requests were sent {late_s:.2f} s late, or {lags[-1]:.2f} s at the worst")
    if restless:
        found.append("trouble outside of the incident")
    return found


def problems(truth: dict[str, object]) -> list[str]:
    """What is wrong with a recording, or nothing."""
    before, during = _figures(truth, "before"), _figures(truth, "during")
    worse = _fails_more(before, during) or _slower(before, during)
    found = []
    if before["failure_rate"] > 0.025 and before["failure_rate"] * before["requests"] > 4:
        found.append(f"{before['failure_rate']:.1%} failed before anything happened")
    if truth["incident"] and not worse:
        found.append("nobody noticed the fault")
    if not truth["incident"] and worse:
        found.append("a control with trouble")
    return found
