"""One client or a few cause the load or the errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.comparison import evenness
from logsleuth.analyses.concentration import by_client
from logsleuth.analyses.findings import Finding, Reason, reason
from logsleuth.analyses.shown import shown

if TYPE_CHECKING:
    from logsleuth.analyses.concentration import Concentration
    from logsleuth.analyses.facts import Facts
    from logsleuth.model import Component

COMPONENT: Final[Component] = "client"
NAME: Final = "abusive-client"
LOOKALIKES: Final = ("traffic-surge", "sticky-hotspot")

_MUCH: Final = 0.15


def examine(facts: Facts) -> list[Finding]:
    """Hold the client that added most requests against all the others."""
    top = by_client(facts)
    if top is None or not top.value or top.requests < 20:
        return []
    reasons = [_share(facts, top), *_without(facts, top), *_everywhere(facts)]
    summary = (
        f"client {top.value} makes {top.share_during:.0%} of the requests, "
        f"{top.share_before:.0%} before the onset"
    )
    return [Finding(NAME, COMPONENT, top.value, summary, tuple(reasons))]


def _share(facts: Facts, top: Concentration) -> Reason:
    much = top.share_during > max(_MUCH, 3.0 * top.share_before)
    names = facts.traffic.clients
    mine = facts.traffic.client == names.index(top.value)
    return reason(
        NAME, "one client makes much of the traffic", "strata", 3.0 if much else -3.0,
        f"{top.value} makes {top.share_during:.1%} of the requests, {top.share_before:.1%} before",
        effect=top.share_during, query=shown("failures-by-client", facts.window),
        evidence=facts.cite(facts.during & mine),
    )  # fmt: skip


def _without(facts: Facts, top: Concentration) -> list[Reason]:
    """Without that client, there are as many requests as before: nothing else has grown."""
    mine = facts.traffic.client == facts.traffic.clients.index(top.value)
    if facts.before.sum() < 20:
        return []
    before = np.sum(facts.before & ~mine) / max(facts.seconds_before, 1e-3)
    during = np.sum(facts.during & ~mine) / facts.seconds_during
    whole = facts.during.sum() / facts.seconds_during / max(before, 1e-9)
    rest = float(during / max(before, 1e-9))
    grown = whole > 1.2
    return [
        reason(
            NAME, "nothing else has grown", "magnitude", 2.5 if grown and rest < 1.25 else -1.5,
            f"with it there are {whole:.2f} times as many requests as before, without it"
            f" {rest:.2f} times",
            effect=rest, query=shown("requests-per-minute"),
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
