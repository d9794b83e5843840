"""What the applications say of a route that goes badly: whether it is slow or fails inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.findings import Reason, reason
from logsleuth.analyses.shown import shown

if TYPE_CHECKING:
    from logsleuth.analyses.application import ServedRoute
    from logsleuth.analyses.facts import Facts

_NOTICED_S: Final = 0.05
_FEW: Final = 10
# So much of what the balancer was asked for has a line of theirs.
_TOLD: Final = 0.5
# Of what failed, so much may be theirs.
_SOME: Final = 0.2
# Routes differ by as much.
_AS_LONG: Final = 3.0


def served_inside(fault: str, facts: Facts, route: str) -> list[Reason]:
    """Speak against a route that the applications serve as fast as before, and fail nothing of.

    Without a time before it is held against the other routes.
    """
    told = next((r for r in facts.served_routes if r.route == route), None)
    usual = sum(i.failed_before for i in facts.instances) * (
        sum(i.during for i in facts.instances) / max(sum(i.before for i in facts.instances), 1)
    )
    failed = max(round(sum(i.failed_during for i in facts.instances) - usual), 0)
    bad = int((facts.during & facts.badness.failed).sum())
    if facts.blind:
        return _as_others(fault, facts, told) if told is not None and failed <= _SOME * bad else []
    if told is None or told.slower_s is None or min(told.before, told.during) < _FEW:
        return []
    if told.slower_s > _NOTICED_S or bad < _FEW or failed > _SOME * bad:
        return []
    return [
        reason(
            fault, "the application serves it as before", "application", -3.0,
            f"{route} took {told.slower_s:+.3f} s longer than before in the application (median),"
            f" which answered {failed} errors more than usual where {bad} requests failed",
            effect=told.slower_s, query=shown("instances", facts.window),
        )
    ]  # fmt: skip


def _as_others(fault: str, facts: Facts, told: ServedRoute) -> list[Reason]:
    """Without a baseline: it takes them about as long as other routes, whatever became of it."""
    asked = facts.during & (facts.traffic.route == facts.traffic.routes.index(told.route))
    others = [r.median_s for r in facts.served_routes if r.median_s and r.route != told.route]
    if told.median_s is None or not others or told.during < max(_FEW, _TOLD * asked.sum()):
        return []
    usual = float(np.median(others))
    if told.median_s > max(_AS_LONG * usual, _NOTICED_S):
        return []
    return [
        reason(
            fault, "the application serves it as other routes", "application", -3.0,
            f"the applications answered {told.during} requests for {told.route} in"
            f" {told.median_s:.3f} s, other routes in {usual:.3f} s (medians), and failed next to"
            " none, where the balancer failed them",
            effect=told.median_s / max(usual, 1e-3), query=shown("instances", facts.window),
        )
    ]  # fmt: skip
