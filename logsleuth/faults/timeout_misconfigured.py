"""The balancer gives up on requests that the application completes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.concentration import by_route
from logsleuth.analyses.cut_short import cut_short, is_upper_part
from logsleuth.analyses.findings import Finding, Reason, reason
from logsleuth.analyses.given_up import GAVE_UP, of_one_time
from logsleuth.analyses.patience import in_queue
from logsleuth.analyses.reloads import at_reload
from logsleuth.analyses.shown import shown
from logsleuth.analyses.statements import sql

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.patience import Patience
    from logsleuth.analyses.pools import PoolFacts
    from logsleuth.analyses.traffic import Array
    from logsleuth.model import Component

COMPONENT: Final[Component] = "balancer"
NAME: Final = "timeout-misconfigured"
LOOKALIKES: Final = ("slow-queries", "bad-route")

_FEW: Final = 10
# A route has the harm to itself from this part on.
_ALONE: Final = 0.8
# A timeout fires within a few hundredths of a second of its setting.
_SPREAD_S: Final = 0.05
# Of the requests that failed applications may lack so many lines; and what a route may take longer
# by chance.
_LOST: Final = 0.3
_LONGER_S: Final = 0.1
# Before, so many waited as long as are given up on now, and so many at all.
_HARMLESS: Final = 0.3
_SOME: Final = 0.005
# Lines of applications that are full, to each that was given up.
_OVERFLOW: Final = 0.05
# Of the requests, so many that were tried again are some more work.
_AGAIN: Final = 0.02
# An instance that fails so much of what it answers is no healthy one.
_ILL: Final = 0.2
# Who needs no longer than this is not slow, whatever is too little for it.
_PROMPT_S: Final = 0.5
# Of so many instances the median tells; of fewer the worst.
_SEVERAL: Final = 3


def examine(facts: Facts) -> list[Finding]:
    """Look for failures that pile up at one duration which was harmless before."""
    held = in_queue(facts)
    queue = _impatient(facts, held)
    if queue is not None:
        return [queue]
    gave_up = np.isin(facts.traffic.status, GAVE_UP)
    failed = _tried(facts, facts.during & facts.badness.failed)
    if held is not None:
        # Nobody was given up on who had no server yet: the queue is a limit's.
        failed &= ~held.turned
    if np.isnan(facts.traffic.duration_s).all():
        return _untimed(facts)
    if not failed.any() or gave_up[failed].mean() < 0.6:
        return []
    if failed.sum() < _FEW and of_one_time(facts.traffic.duration_s[failed]) is None:
        return []
    limit, part = _limit(facts, failed)
    if part < 0.6 or limit < 0.05:
        return []
    reasons = [
        _piled(facts, limit, part, failed),
        *_longer_before(facts, limit, failed),
        *_completed(facts, limit, failed),
        *_cut_short(facts, failed),
        *_overflow(facts, failed),
        *at_reload(NAME, facts, "timing"),
    ]
    target = _pool_of(facts, failed)
    summary = f"the balancer gives up after {limit:.3f} s on requests to {target} that need longer"
    return [Finding(NAME, COMPONENT, target, summary, tuple(reasons))]


def _impatient(facts: Facts, held: Patience | None) -> Finding | None:
    """The balancer gives up on requests in its queue that it would have served before."""
    if held is None or held.longer_before <= max(_HARMLESS * held.rate, _SOME):
        return None
    reasons = [
        _piled(facts, held.limit_s, held.piled, held.turned),
        reason(
            NAME, "as long was harmless before", "magnitude", 3.0,
            f"{held.longer_before:.1%} of the requests before the onset waited longer than"
            f" {held.limit_s:.3f} s in the queue and were served; {held.rate:.1%} were turned away"
            " in the window",
            effect=held.longer_before, query=shown("queue-times"),
        ),
        *_completed(facts, held.limit_s),
        *at_reload(NAME, facts, "timing"),
    ]  # fmt: skip
    target = _pool_of(facts, held.turned)
    summary = f"the balancer gives up after {held.limit_s:.3f} s on requests that wait for {target}"
    return Finding(NAME, COMPONENT, target, summary, tuple(reasons))


def _pool_of(facts: Facts, failed: Array) -> str | None:
    pools = np.bincount(facts.traffic.pool[failed], minlength=len(facts.traffic.pools))
    named = facts.traffic.pools[int(np.argmax(pools))]
    if named or not facts.pools:
        return named or None
    # Where nothing names them: whose servers have most of them, or else whose routes they are.
    routes = np.bincount(facts.traffic.route[failed], minlength=len(facts.traffic.routes))
    count = dict(zip(facts.traffic.routes, routes.tolist(), strict=True))

    def held(pool: PoolFacts) -> tuple[int, int]:
        own = sum(count.get(route, 0) for route, (before, _, _) in pool.routes.items() if before)
        return int((facts.of_pool(pool) & failed).sum()), own

    return max(facts.pools, key=held).target


def _untimed(facts: Facts) -> list[Finding]:
    """Without any times: the balancer tells of time-outs, and the application of none."""
    failed = facts.during & facts.badness.failed
    words = facts.said("upstream-timeout", role="balancer")
    said, count = sum(w.during for w in words), int(failed.sum())
    if count < _FEW:
        return []
    if said >= 0.6 * count:
        told = f"{said} lines of the balancer tell of time-outs, {count} requests failed"
        events = tuple(w.event for w in words[:2] if w.event)
    elif (late := _answered_504(facts, failed)) >= 0.6 * count:
        said, events = late, facts.cite(failed)
        told = f"{late} of {count} failed requests got 504, and the applications served all of them"
    else:
        return []
    reasons = [
        reason(
            NAME, "failures are time-outs", "direct", 1.5, told, effect=said / count,
            evidence=events, query=shown("balancer-messages"),
        ),
        *_completed(facts, None),
        *_one_is_ill(facts),
        *at_reload(NAME, facts, "timing"),
    ]  # fmt: skip
    worst = by_route(facts)
    alone = worst is not None and worst.excess_share > _ALONE and worst.value
    target = worst.value if worst and alone else _pool_of(facts, failed)
    summary = f"the balancer gives up on requests to {target} that the application completes"
    return [Finding(NAME, COMPONENT, target, summary, tuple(reasons))]


def _one_is_ill(facts: Facts) -> list[Reason]:
    """What hangs has no line; an instance that fails much of what it ends hangs on to the rest."""
    known = [i for i in facts.instances if i.during >= _FEW]
    if not known:
        return []
    worst = max(known, key=lambda i: (i.failed_during / i.during, i.name))
    rate = worst.failed_during / worst.during
    if rate < _ILL or worst.failed_before > 0.1 * worst.before:
        return []
    return [
        reason(
            NAME, "an instance is ill", "application", -2.5,
            f"{worst.name} failed {rate:.0%} of what it ended", effect=rate,
            query=shown("instances", facts.window),
        )
    ]  # fmt: skip


def _answered_504(facts: Facts, failed: Array) -> int:
    """How many got a gateway's time-out, where the applications have a line of every request.

    What hangs in an application has none, and a route that became slow is not served as before.
    """
    hit = {facts.traffic.routes[code] for code in np.unique(facts.traffic.route[failed]).tolist()}
    slower = [r.slower_s for r in facts.served_routes if r.route in hit and r.before >= _FEW]
    known = [s for s in slower if s is not None]
    if facts.blind or not known or max(known) > _LONGER_S or not _have_lines(facts, failed):
        return 0
    return int((facts.traffic.status[failed] == 504).sum())


def _have_lines(facts: Facts, failed: Array) -> bool:
    """Whether the applications have as many lines as before, also of the requests that failed.

    They are asked by others, too: by health checks, or by a balancer whose log isn't there.
    """
    before = sum(i.before for i in facts.instances)
    during = sum(i.during for i in facts.instances)
    asked = int(facts.before.sum())
    if not asked or not before:
        return False
    lost = int(facts.during.sum()) * before / asked - during
    return bool(lost <= _LOST * failed.sum())


def _tried(facts: Facts, failed: Array) -> Array:
    """Failures of a known time; where servers are named, those for which one was tried.

    A balancer that gave up on all of its servers has none left to try for a while, and says so at
    once: that follows from the limit, and is no time of its own.
    """
    timed: Array = failed & ~np.isnan(facts.traffic.duration_s)
    named = facts.traffic.named
    tried: Array = timed & named[facts.traffic.first_server]
    return tried if int(tried.sum()) >= _FEW else timed


def _cut_short(facts: Facts, failed: Array) -> list[Reason]:
    """Only one route is given up so soon, by a setting of its own."""
    held = cut_short(facts, failed)
    if held is None or not held.smooth:
        return []
    return [
        reason(
            NAME, "other routes are waited for longer", "configuration", 2.5,
            f"{held.cut} requests for {held.route} were given up after {held.limit_s:.3f} s, while"
            f" {held.longer} for other routes of the same servers were served after longer;"
            f" {held.below} of its own were served just before that",
            effect=held.limit_s, query=shown("slowest-routes"),
        )
    ]  # fmt: skip


def _overflow(facts: Facts, failed: Array) -> list[Reason]:
    """Where nobody saw it begin: a limit fills no workers, and what fills them is slow as well.

    Unless what is given up is tried again, which is more work.
    """
    again = float(facts.traffic.retried[facts.during].mean())
    once = facts.names_servers and again < _AGAIN
    told = facts.said("overload", role="application") if facts.begun_before and once else ()
    count = sum(w.during for w in told)
    if count < max(_FEW, _OVERFLOW * int(failed.sum())):
        return []
    return [
        reason(
            NAME, "the applications are full", "load", -3.0,
            f"{count} lines tell of it, and nobody saw how long requests took before:"
            f" {told[0].message or ''}",
            effect=float(count), evidence=tuple(w.event for w in told[:2] if w.event),
        )
    ]  # fmt: skip


def _limit(facts: Facts, failed: Array) -> tuple[float, float]:
    """The time of an attempt that was given up, s, and the part of the failures that fit to it.

    What isn't idempotent is tried once, everything else again: so they pile up at multiples.
    """
    durations, again = facts.traffic.duration_s[failed], facts.traffic.retried[failed]
    once = durations[~again]
    limit = _attempt_s(facts, float(np.median(once if len(once) >= _FEW else durations)))
    tries = np.where(again, np.maximum(np.rint(durations / max(limit, 0.001)), 1.0), 1.0)
    spread = np.where(tries > 1.0, np.minimum(_SPREAD_S, 0.25 * limit), _SPREAD_S)
    near = np.abs(durations - tries * limit) < spread + 0.02 * tries * limit
    return limit, float(near.mean())


def _attempt_s(facts: Facts, whole: float) -> float:
    """The time of one attempt where requests are tried again: the limit is that, not their sum."""
    period = {"onset": facts.window.onset, "stop": facts.window.stop}
    count, typical, spread = facts.case.row(sql("given_up"), period)
    if count < _FEW or spread > _SPREAD_S + 0.02 * typical:
        return whole
    return min(float(typical), whole)


def _piled(facts: Facts, limit: float, part: float, failed: Array) -> Reason:
    return reason(
        NAME, "failures at one duration", "direct", 1.5,
        f"{part:.0%} of the failed requests took {limit:.3f} s", effect=limit,
        query=shown("slow-requests", facts.window), evidence=facts.cite(failed),
    )  # fmt: skip


def _longer_before(facts: Facts, limit: float, failed: Array) -> list[Reason]:
    """As many requests took longer than that before, and were served."""
    before = facts.before & ~np.isnan(facts.traffic.duration_s)
    if before.sum() < 20:
        return []
    longer = facts.traffic.duration_s[before] > limit * 1.02
    served = ~facts.badness.failed[before]
    usual = float((longer & served).mean())
    now = float(failed.sum() / max(facts.during.sum(), 1))
    likely = usual > _HARMLESS * now and usual > _SOME
    # After it, a limit may have been raised for what had become slow.
    weight = 1.5 if facts.begun_before else 3.0
    return [
        reason(
            NAME, "as long was harmless before", "magnitude", weight if likely else -3.0,
            f"{usual:.1%} of the requests before the onset took longer than {limit:.3f} s and were"
            f" served; {now:.1%} failed in the window",
            effect=usual, query=shown("slowest-routes"),
        )
    ]  # fmt: skip


def _completed(facts: Facts, limit: float | None, gave_up: Array | None = None) -> list[Reason]:
    """The application goes on, finishes and calls it a success; its times are as before."""
    if facts.blind:
        return _worked_on(facts, limit, gave_up) if limit else []
    known = [i for i in facts.instances if min(i.before, i.during) >= 20]
    if not known:
        return []
    rates = [i.failed_during / i.during for i in known]
    failed = float(np.median(rates)) if len(known) >= _SEVERAL else max(rates)
    ratios = [
        i.median_during_s / i.median_before_s
        for i in known if i.median_before_s and i.median_during_s
    ]  # fmt: skip
    # One of them may be slower by chance, or ill; one that is to blame is so as a whole.
    slower = float(np.median(ratios)) if ratios else 1.0
    well = failed < 0.02 and slower < 1.5
    weight = 1.0 if facts.begun_before else 2.5
    return [
        reason(
            NAME, "the application completes them", "strata", weight if well else -2.5,
            f"the applications failed {failed:.1%} of what they served and took {slower:.2f} times"
            " as long as before (medians)"
            + (f", while the balancer gave up after {limit:.3f} s" if limit else ""),
            effect=slower, query=shown("instances", facts.window),
        )
    ]  # fmt: skip


def _worked_on(facts: Facts, limit: float, gave_up: Array | None) -> list[Reason]:
    """Without a baseline: the applications fail nothing, and mostly need less than they are given.

    An application that is slower than it should be has a median beyond the limit, of a second say,
    or what is slow of it has no equals just below.
    """
    known = [i for i in facts.instances if i.during >= 20 and i.median_during_s is not None]
    if not known:
        return []
    failed = sum(i.failed_during for i in known) / sum(i.during for i in known)
    typical = max(i.median_during_s or 0.0 for i in known)
    prompt = typical < limit or typical < min(1.5 * limit, _PROMPT_S)
    well = failed < 0.02 and prompt
    smooth = gave_up is None or is_upper_part(facts, gave_up, limit)
    return [
        reason(
            NAME, "the application completes them", "strata",
            -2.5 if not well else 2.5 if smooth else 0.5,
            f"the applications failed {failed:.1%} of what they served and took {typical:.3f} s"
            f" (median), while the balancer gave up after {limit:.3f} s",
            effect=typical / limit, query=shown("instances", facts.window),
        )
    ]  # fmt: skip
