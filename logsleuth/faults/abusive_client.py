"""One client or a few cause the load or the errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.comparison import evenness
from logsleuth.analyses.concentration import by_client
from logsleuth.analyses.findings import Finding, Reason, reason
from logsleuth.analyses.served_client import dearer_inside
from logsleuth.analyses.shown import shown
from logsleuth.stats.own_time import beyond_others

if TYPE_CHECKING:
    from logsleuth.analyses.concentration import Concentration
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.traffic import Array
    from logsleuth.model import Component

COMPONENT: Final[Component] = "client"
NAME: Final = "abusive-client"
LOOKALIKES: Final = ("traffic-surge", "sticky-hotspot")

_MUCH: Final = 0.15
_EDGE_S: Final = 3.0
_SOME: Final = 0.03
# Others fell to less than this part of what all did: they went away as it came.
_FELL: Final = 0.8
_COMPARED: Final = 3
# What takes so much longer than what others ask for is dearer.
_LONGER_S: Final = 0.05
# Who would have come so often before, and didn't, is new.
_DUE: Final = 3.0
# A key keeps a client on one server; without any, it goes everywhere.
_KEPT: Final = 0.6
_GREW: Final = 4.0
_TIMES: Final = 3.0
_SHARE_GREW: Final = 1.5
# Who has so many times its former part was hardly there before.
_NEW: Final = 10.0
# A company behind one address makes so much every day; without a baseline it takes more to tell.
_MUCH_BLIND: Final = 0.30
# Of its requests so many failed: their times in the balancer's log are its patience, not theirs.
_GIVEN_UP: Final = 0.3
# Times as much of its requests goes badly as of others'.
_SPARED: Final = 1.5


def examine(facts: Facts) -> list[Finding]:
    """Hold the client that added most requests against all the others."""
    top = by_client(facts)
    if top is None or not top.value or top.requests < 20:
        return []
    beside = _beside(facts, top) if facts.blind else _without(facts, top)
    reasons = [
        _share(facts, top),
        *beside,
        *_own_errors(top),
        *_dearer(facts, top),
        *_came_with_it(facts, top),
        *_everywhere(facts),
        *_others_spared(facts, top),
    ]
    summary = (
        f"client {top.value} makes {top.share_during:.0%} of the requests, "
        f"{top.share_before:.0%} before the onset"
    )
    return [Finding(NAME, COMPONENT, top.value, summary, tuple(reasons))]


def _share(facts: Facts, top: Concentration) -> Reason:
    least = _MUCH_BLIND if facts.blind else max(_MUCH, 3.0 * top.share_before)
    # Who came before the harm, which a queue hides for long, has a share of the baseline as well.
    if not facts.blind and _times_as_many(facts, top) > _TIMES:
        least = max(_MUCH, _SHARE_GREW * top.share_before)
    # Few requests can still be much work: that has to show elsewhere.
    some = top.share_during > max(_SOME, _GREW * top.share_before)
    new = top.share_during > max(_MUCH / 2, _NEW * top.share_before)
    weight = 3.0 if top.share_during > least else 1.5 if new else 0.0 if some else -3.0
    names = facts.traffic.clients
    mine = facts.traffic.client == names.index(top.value)
    return reason(
        NAME, "one client makes much of the traffic", "strata", weight,
        f"{top.value} makes {top.share_during:.1%} of the requests, {top.share_before:.1%} before",
        effect=top.share_during, query=shown("failures-by-client", facts.window),
        evidence=facts.cite(facts.during & mine),
    )  # fmt: skip


def _times_as_many(facts: Facts, top: Concentration) -> float:
    """How many times as many requests a second it makes as before."""
    before = float(facts.before.sum()) / max(facts.seconds_before, 1e-3)
    during = float(facts.during.sum()) / facts.window.bad_seconds
    return top.share_during * during / max(top.share_before * before, 1e-9)


def _growth(facts: Facts, top: Concentration) -> tuple[float, float] | None:
    """How many times as many requests a second as the others made before: all's, and the others'.

    None where too few are known of before.
    """
    mine = facts.traffic.client == facts.traffic.clients.index(top.value)
    if facts.blind or facts.before.sum() < 20:
        return None
    before = np.sum(facts.before & ~mine) / max(facts.seconds_before, 1e-3)
    during = np.sum(facts.during & ~mine) / facts.window.bad_seconds
    whole = facts.during.sum() / facts.window.bad_seconds / max(before, 1e-9)
    return float(whole), float(during / max(before, 1e-9))


def _is_gateway(facts: Facts, top: Concentration) -> bool:
    """Whether others went away as it came, so that there are as many requests as ever."""
    grown = _growth(facts, top)
    if grown is None or top.share_during <= _SOME:
        return False
    whole, rest = grown
    return whole <= 1.2 and rest < 1.1 and rest <= _FELL * whole


def _without(facts: Facts, top: Concentration) -> list[Reason]:
    """Without that client, there are as many requests as before: nothing else has grown."""
    found = _growth(facts, top)
    if found is None:
        return []
    whole, rest = found
    if _is_gateway(facts, top):
        return [_behind_it(top, whole, rest)]
    grown = whole > 1.2
    if not grown and rest < 1.1 and top.share_during > _SOME:
        return []
    return [
        reason(
            NAME, "nothing else has grown", "magnitude", 2.5 if grown and rest < 1.25 else -1.5,
            f"with it there are {whole:.2f} times as many requests as before, without it"
            f" {rest:.2f} times",
            effect=rest, query=shown("requests-per-minute"),
        )
    ]  # fmt: skip


def _behind_it(top: Concentration, whole: float, rest: float) -> Reason:
    """A gateway brings no requests of its own: those who come through it don't come otherwise."""
    return reason(
        NAME, "nothing else has grown", "magnitude", -2.5,
        f"there are {whole:.2f} times as many requests as before, without {top.value}"
        f" {rest:.2f} times: others may come through it now",
        effect=rest, query=shown("requests-per-minute"),
    )  # fmt: skip


def _own_errors(top: Concentration) -> list[Reason]:
    """Refusals and failures that one client alone gets are made by what it asks for."""
    if top.excess_share < 0.7 or top.rate < 0.05 or top.others_rate > 0.2 * top.rate:
        return []
    return [
        reason(
            NAME, "the errors are its own", "strata", 2.5,
            f"{top.rate:.0%} of its requests went badly, {top.others_rate:.1%} of all others'",
            effect=top.excess_share,
        )
    ]  # fmt: skip


def _dearer(facts: Facts, top: Concentration) -> list[Reason]:
    """Its requests take far longer than others' to the same routes, on its server if it has one."""
    traffic = facts.traffic
    mine = facts.during & (traffic.client == traffic.clients.index(top.value))
    # Whom a key keeps on a slow server is slow there, whatever he asks for.
    kept = np.bincount(traffic.first_server[mine]).max(initial=0) > _KEPT * mine.sum()
    moved_on = any(facts.moving_spot(p) and facts.affinity(p).chosen for p in facts.pools)
    place = traffic.route.astype(np.int64) * len(traffic.servers)
    if kept:
        place = place + traffic.first_server
    known = ~np.isnan(traffic.duration_s)
    both = _often(place, mine & known), _often(place, facts.during & ~mine & known)
    shared = np.intersect1d(*both)
    if not len(shared):
        return []
    here = np.isin(place, shared) & known & facts.during
    if (here & ~mine).sum() < 20 or (here & mine).sum() < 10:
        return []
    usual = float(np.median(traffic.duration_s[here & ~mine]))
    ratio = float(np.median(traffic.duration_s[here & mine]) / max(usual, 1e-3))
    # Those who come through it by now wait where it has filled a server, whatever they ask for.
    if ratio < 2.0 or moved_on or _is_gateway(facts, top):
        return _beyond_the_queue(facts, mine, here) or _inside(facts, top, mine)
    return [
        reason(
            NAME, "its requests are dearer", "magnitude", 2.5 if ratio > 3.0 else 1.5,
            f"they take {ratio:.1f} times as long as others' to the same routes there (median)",
            effect=ratio, query=shown("slow-requests", facts.window),
        )
    ]  # fmt: skip


def _beyond_the_queue(facts: Facts, mine: Array, here: Array) -> list[Reason]:
    """Where all wait in one queue, its requests take longer than those of others beside them."""
    traffic = facts.traffic
    served = np.flatnonzero(facts.during & ~np.isnan(traffic.duration_s) & (traffic.status < 400))
    beyond = np.full(len(traffic), np.nan)
    beyond[served] = beyond_others(
        traffic.first_server[served], traffic.started[served], traffic.duration_s[served],
        mine[served],
    )  # fmt: skip
    told = here & ~np.isnan(beyond)
    its, others = beyond[told & mine], beyond[told & ~mine]
    if min(len(its), len(others)) < 20:
        return []
    longer = float(np.median(its) - np.median(others))
    if longer < _LONGER_S or np.quantile(its, 0.25) <= np.quantile(others, 0.75):
        return []
    return [
        reason(
            NAME, "its requests are dearer", "magnitude", 2.5,
            f"beyond the queue that all wait in they take {longer:.3f} s longer than others' to the"
            " same routes (median), three in four of its longer than three in four of theirs",
            effect=longer, query=shown("slow-requests", facts.window),
        )
    ]  # fmt: skip


def _inside(facts: Facts, top: Concentration, mine: Array) -> list[Reason]:
    """Where the balancer gives up on all of them alike: by the applications' own account."""
    if float(facts.badness.failed[mine].mean()) < _GIVEN_UP:
        return []
    held = dearer_inside(facts, top.value, _LONGER_S)
    if held is None:
        return []
    return [
        reason(
            NAME, "its requests are dearer", "magnitude", 2.5,
            f"the applications took {held.its_s:.3f} s for them and {held.others_s:.3f} s for"
            " others' to the same routes meanwhile (medians), three in four of its longer than"
            " three in four of theirs",
            effect=held.longer_s, query=shown("instances", facts.window), evidence=(held.event,),
        )
    ]  # fmt: skip


def _often(place: Array, side: Array) -> Array:
    """The places that one side asked often enough to be compared."""
    values, counts = np.unique(place[side], return_counts=True)
    found: Array = values[counts >= _COMPARED]
    return found


def _came_with_it(facts: Facts, top: Concentration) -> list[Reason]:
    """It was not there before, and its first requests came when the service broke."""
    if facts.blind or top.share_before > 0.2 * top.share_during or top.share_during < _SOME:
        return []
    if _is_gateway(facts, top):
        return []
    traffic = facts.traffic
    mine = np.flatnonzero(traffic.client == traffic.clients.index(top.value))
    after = traffic.started[mine][traffic.started[mine] >= facts.window.earliest - _EDGE_S]
    apart = float(after[0] - facts.window.onset) if len(after) else np.inf
    if abs(apart) > _EDGE_S:
        return []
    alone = _newcomers(facts, len(mine)) <= 1
    return [
        reason(
            NAME, "it came when the service broke", "timing", 2.5 if alone else 1.0,
            f"its first requests came {apart:+.1f} s from the first bad one, and"
            f" {'no other' if alone else 'another'} client of its size came then",
            statistic=apart, query=shown("failures-by-client", facts.window),
        )
    ]  # fmt: skip


def _newcomers(facts: Facts, requests: int) -> int:
    """How many clients with at least a third of so many requests are new in the window.

    Of those that a short baseline would hardly have seen nothing is known.
    """
    clients, size = facts.traffic.client, len(facts.traffic.clients)
    before = np.bincount(clients[facts.before], minlength=size)
    during = np.bincount(clients[facts.during], minlength=size)
    due = during / facts.window.bad_seconds * facts.seconds_before
    return int(((during >= requests / 3) & (before <= 0.1 * due) & (due >= _DUE)).sum())


def _beside(facts: Facts, top: Concentration) -> list[Reason]:
    """Without a baseline: no other client makes anything like it."""
    counts = np.sort(np.bincount(facts.traffic.client[facts.during]))[::-1]
    if len(counts) < 5:
        return []
    ratio = float(counts[0] / max(counts[1], 1))
    return [
        reason(
            NAME, "no other client comes near", "magnitude", 2.0 if ratio > 5.0 else -1.5,
            f"{top.value} makes {ratio:.1f} times as many requests as the next client",
            effect=ratio, query=shown("failures-by-client", facts.window),
        )
    ]  # fmt: skip


def _everywhere(facts: Facts) -> list[Reason]:
    held = evenness(facts)
    if held is None or held.alike:
        return []
    return [
        reason(
            NAME, "some servers are well", "timing", -1.0,
            f"between {held.least:.0%} and {held.most:.0%} of the requests on each server of pool"
            f" {held.pool} went badly",
            effect=held.least, query=shown("failures-by-server", facts.window),
        )
    ]  # fmt: skip


def _others_spared(facts: Facts, top: Concentration) -> list[Reason]:
    """Who fills a service keeps all from it; whom a key keeps on a full server, mostly himself."""
    if not facts.blind or facts.names_servers or top.rate < _SPARED * top.others_rate:
        return []
    return [
        reason(
            NAME, "others are spared", "strata", -1.5,
            f"{top.rate:.0%} of its requests went badly and {top.others_rate:.0%} of all others';"
            " no log tells whether a key keeps it on a server that is full",
            effect=top.rate - top.others_rate, query=shown("failures-by-client", facts.window),
        )
    ]  # fmt: skip
