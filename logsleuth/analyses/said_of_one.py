"""What is said of one server: by its own instance, and by the balancer that gave it up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logsleuth.analyses.findings import Reason, reason
from logsleuth.analyses.shown import shown

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.pools import PoolFacts, ServerFacts


def complains(name: str, facts: Facts, pool: PoolFacts, worst: ServerFacts) -> list[Reason]:
    """What the instances say: whether the one has more to complain of than its equals."""
    complaints = facts.said("resources", "overload", "pool-exhausted", role="application")
    if not complaints:
        return []
    loudest = max(complaints, key=lambda w: (w.during, w.instance))
    total = sum(w.during for w in complaints)
    alone = loudest.during > 0.8 * total
    # Where the logs call instances as the balancer does, it must be this one that complains.
    known = {s.server for s in pool.servers} & {i.name for i in facts.instances}
    if known and loudest.instance != worst.server:
        return []
    if not alone:
        return []
    return [
        reason(
            name, "one instance complains", "direct", 1.0 if known else 0.5,
            f"{loudest.instance} has {loudest.during} of {total} such lines: "
            f"{loudest.message or ''}",
            evidence=(loudest.event,) if loudest.event else (),
            query=shown("error-messages", facts.window),
        )
    ]  # fmt: skip


def given_up(name: str, facts: Facts, worst: ServerFacts) -> list[Reason]:
    """The balancer's own words: it could not reach the server, or gave it up for its failures."""
    told = [
        c for c in facts.changed("server-down")
        if c.target == worst.server
        and ("Layer4" in c.message or "disabled while" in c.message or "timeout" in c.message)
    ]  # fmt: skip
    if not told:
        return []
    return [
        reason(
            name, "the balancer could not reach it", "direct", 1.5, told[0].message,
            evidence=(told[0].event_id,), query=shown("balancer-messages"),
        )
    ]  # fmt: skip
