"""A release and the instances that started with it: who was bad before and after its own start."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.actions import VERSION
from logsleuth.analyses.concentration import by_route
from logsleuth.analyses.passage import Passed
from logsleuth.analyses.statements import sql
from logsleuth.analyses.unslowed import WARM_S, as_usual

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from logsleuth.analyses.changes import Change
    from logsleuth.analyses.facts import Facts

# Instances of one deploy start one after the other, but not for ever.
_BEFORE_S: Final = 60.0
_AFTER_S: Final = 5.0
# Fewer requests than this are no group of their own.
_FEW: Final = 8
# A release that made requests this many times slower may take a while to fill the servers.
_SLOWER: Final = 1.4
# So many bad requests should have been seen before their absence acquits.
_EXPECTED: Final = 4.0
# And more of them where it is this near: code that is loaded late, caches and ramps hide a fault
# for moments, and no release is this near to an onset by accident.
_AT_ONCE_S: Final = 2.5
_EXPECTED_AT_ONCE: Final = 12.0
# Whose logs have lines of deploys and starts.
_TELLERS: Final = frozenset({"application", "system", "change"})
# Log-likelihood ratios of 20 to 1, and of 4 to 1.
_SURELY: Final = 3.0
LIKELIER: Final = 1.5
# A route has the harm to itself from this part on.
_ALONE: Final = 0.8


@dataclass(frozen=True, slots=True)
class Rollout:
    """The starts of one release; `version` None where no line names it."""

    version: str | None
    starts: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Study:
    """Requests by whether their instance had the release yet, and how many went badly."""

    released_early: int
    """On the release, before the service broke."""
    released_early_bad: int
    unreleased_late: int
    """Not yet on the release, after the service broke."""
    unreleased_late_bad: int
    released_late: int
    released_late_bad: int
    released_early_slower: float | None
    """How many times as long as before requests took on the release before the service broke."""
    early_s: float = np.inf
    """How long before the onset the first instance started on it."""
    same_without: float = 0.0
    """How much likelier the route with the harm went as badly without the release as it did with
    it than as well as before, as a logarithm: of requests since the onset."""
    as_usual: float = 0.0
    """How much likelier the route that became slow had its old times on the release, until then,
    than its new ones, as a logarithm."""

    @property
    def rate(self) -> float:
        """How many of the requests on the release went badly once the service had broken."""
        return self.released_late_bad / max(self.released_late, 1)

    @property
    def control(self) -> float | None:
        """How many went badly without the release after the onset, None where too few tell."""
        if min(self.unreleased_late, self.released_late) < _FEW:
            return None
        return self.unreleased_late_bad / self.unreleased_late

    @property
    def expected(self) -> float:
        """How many should have gone badly before the onset, were the release to blame."""
        return self.released_early * self.rate

    @property
    def was_well(self) -> bool:
        """Whether next to none of them did, and none was slower than before the release."""
        slower = (self.released_early_slower or 1.0) > _SLOWER
        return self.released_early_bad <= 0.15 * self.expected and not slower

    @property
    def unslowed(self) -> bool:
        """Whether the route that became slow surely was as quick as ever on the release."""
        return self.as_usual > _SURELY and self.early_s >= _AT_ONCE_S

    @property
    def acquits(self) -> bool:
        """Whether instances were well on the release, or as badly off without it."""
        if self.same_without > _SURELY or self.unslowed:
            return True
        if self.control is not None:
            return self.control > 0.5 * self.rate
        least = _EXPECTED if self.early_s >= _AT_ONCE_S else _EXPECTED_AT_ONCE
        return self.expected >= least and self.was_well


def nearest(facts: Facts) -> Rollout | None:
    """The release whose first start is nearest to the onset; None without any start around it."""
    moves = facts.changed("deploy", "start", within=_BEFORE_S)
    groups: dict[str | None, list[Change]] = {}
    for move in moves:
        told = VERSION.search(move.message)
        groups.setdefault(told[1] if told else None, []).append(move)
    onset = facts.window.onset
    until = facts.window.latest + _AFTER_S + facts.pace_s
    begun = {v: g for v, g in groups.items() if g[0].ts <= until}
    if not begun:
        return None
    version = min(begun, key=lambda v: (abs(begun[v][0].ts - onset), v or ""))
    return Rollout(version, tuple(begun[version]))


def since_own_start(facts: Facts, starts: Sequence[Change]) -> dict[str, Passed]:
    """Requests of the window by instance, from the time on when it had started anew."""
    return _since_own_start(facts, starts, facts.during)


def _since_own_start(
    facts: Facts, starts: Sequence[Change], within: NDArray[np.bool_]
) -> dict[str, Passed]:
    passed = {}
    for name, ts in _first(starts).items():
        mine = within & facts.on(facts.names.get(name, name))
        bad = facts.badness.bad[mine & (facts.traffic.started >= ts + WARM_S)]
        if len(bad):
            passed[name] = Passed(len(bad), int(bad.sum()))
    return passed


def after_own_start(facts: Facts, starts: Sequence[Change]) -> Passed:
    """Requests of the window that instances got when each of them had started anew already."""
    each = since_own_start(facts, starts).values()
    return Passed(sum(one.requests for one in each), sum(one.bad for one in each))


def until_onset(facts: Facts, starts: Sequence[Change]) -> Passed:
    """Requests from before the onset, by the balancer, on instances that had started anew."""
    early = facts.before & (facts.traffic.started < facts.window.earliest)
    each = _since_own_start(facts, starts, early).values()
    return Passed(sum(one.requests for one in each), sum(one.bad for one in each))


def _first(starts: Sequence[Change]) -> dict[str, float]:
    """When each instance started first, in seconds since 1970."""
    first: dict[str, float] = {}
    for start in starts:
        first.setdefault(start.target, start.ts)
    return first


def study(facts: Facts, rollout: Rollout) -> Study:
    """Follow each instance past its own start, by the applications' own lines."""
    first = _first(rollout.starts)
    moments = {"instances": list(first), "moments": list(first.values())}
    period = {**facts.window.bounds, **moments, "route": None}
    early = facts.window.onset - min(first.values())
    held = Study(*facts.case.row(sql("since_start"), period))
    without = _same_without(facts, period) if held.unreleased_late else 0.0
    return replace(held, early_s=early, same_without=without, as_usual=as_usual(facts, first))


def _same_without(facts: Facts, period: Mapping[str, object]) -> float:
    """Hold the one route with the harm, on instances without the release, against both rates."""
    worst = by_route(facts)
    if worst is None or not worst.value or worst.excess_share < _ALONE:
        return 0.0
    held = Study(*facts.case.row(sql("since_start"), {**period, "route": worst.value}))
    flags = facts.traffic.route == facts.traffic.routes.index(worst.value)
    usual, hurt = (
        (float(facts.badness.bad[flags & side].sum()) + 0.5) / (float((flags & side).sum()) + 1.0)
        for side in (facts.before, facts.during)
    )
    bad, well = held.unreleased_late_bad, held.unreleased_late - held.unreleased_late_bad
    return float(bad * np.log(hurt / usual) + well * np.log((1.0 - hurt) / (1.0 - usual)))


def deploys_are_told(facts: Facts) -> bool:
    """Whether there is a log that would have a line of a deploy: of instances, hosts or changes."""
    return any(row[2] in _TELLERS for row in facts.case.rows(sql("sources")))
