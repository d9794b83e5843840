"""What speaks against a release: it was as bad before, ended while it stayed, or spared some."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.cures import outlived
from logsleuth.analyses.findings import Reason, reason
from logsleuth.analyses.rollout import since_own_start
from logsleuth.analyses.shown import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logsleuth.analyses.changes import Change
    from logsleuth.analyses.facts import Facts

# Requests that tell how a release serves, and how much rarer than on the worst instance they go
# badly where it isn't the release.
_ENOUGH: Final = 40
_HARDLY: Final = 0.2
_FEW: Final = 20
# And so many bad ones should have been seen.
_EXPECTED: Final = 8.0
# Clocks and whole seconds leave so much open about when it started.
_MARGIN_S: Final = 1.5


def bad_before(name: str, facts: Facts, moves: Sequence[Change]) -> list[Reason]:
    """What went badly already when the first instance started on it isn't the release's doing.

    Asked of those that started: others may have had it for longer.
    """
    mine = np.zeros(len(facts.traffic), dtype=bool)
    for target in {c.target for c in moves}:
        mine |= facts.on(facts.names.get(target, target))
    within = facts.during & (mine if mine.any() else ~mine)
    first = moves[0].ts - _MARGIN_S
    since = facts.traffic.started >= first
    early, late = within & ~since, within & since
    if min(early.sum(), late.sum()) < _FEW:
        return []
    before, after = (float(facts.badness.bad[side].mean()) for side in (early, late))
    if before < 0.5 * after:
        return []
    return [
        reason(
            name, "as bad before it", "timing", -3.0,
            f"{before:.0%} of {int(early.sum())} requests of the window went badly before the first"
            f" instance started on it, {after:.0%} afterwards",
            effect=before - after, query=shown("releases"),
        )
    ]  # fmt: skip


def outlived_by(name: str, facts: Facts, moves: Sequence[Change]) -> list[Reason]:
    """Code that breaks a service breaks it until other code is started."""
    passed, expected = outlived(facts, moves)
    if expected < _EXPECTED or passed.bad > _HARDLY * expected:
        return []
    return [
        reason(
            name, "it ended while the release stayed", "timing", -3.0,
            f"{passed.bad} of {passed.requests} requests went badly on instances that kept the"
            f" release after the end, where {expected:.0f} would have as in the window",
            effect=passed.bad / expected, query=shown("releases"),
        )
    ]  # fmt: skip


def spared_with_it(name: str, facts: Facts, moves: Sequence[Change]) -> list[Reason]:
    """Code that breaks a service breaks it on every instance that has it."""
    seen = since_own_start(facts, moves)
    worst = max((passed.rate for passed in seen.values()), default=0.0)
    well = {name: passed for name, passed in seen.items() if passed.rate <= _HARDLY * worst}
    requests = sum(passed.requests for passed in well.values())
    if requests < _ENOUGH or len(well) < max(2, len(seen) / 2):
        return []
    return [
        reason(
            name, "instances that have it and are well", "strata", -3.0,
            f"{', '.join(sorted(well)[:4])} started on it as well, and"
            f" {sum(passed.bad for passed in well.values())} of {requests} requests since then went"
            f" badly, {worst:.0%} on the worst",
            effect=worst, query=shown("releases"),
        )
    ]  # fmt: skip
