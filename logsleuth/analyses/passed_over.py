"""A server that is passed over because it fails, so that its equals carry what it should."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from logsleuth.analyses import nameless

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.pools import PoolFacts

# So many failed attempts, so much of what it still gets, where its equals fail a tenth of that.
_FEW: Final = 8
_FAILS: Final = 0.1
_SPARED: Final = 0.1
# Of its part of before it has less than this.
_LESS: Final = 0.7


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Failed attempts on a server, its rate and the others' (0 to 1), and its shares."""

    server: str
    failed: int
    attempts: int
    others_rate: float
    before: float
    during: float
    told: int
    """How often the balancer says that it gave the server up for a while."""
    events: tuple[str, ...]


def passed_over(facts: Facts, pool: PoolFacts) -> PassedOver | None:
    """The server of a pool that fails most, where it has lost its part to equals that don't."""
    known = [s for s in pool.servers if s.before.share and s.during.attempts]
    if facts.blind or len(known) < 2 or nameless.mostly(facts):
        return None
    one = max(known, key=lambda s: (s.during.attempts_failed / s.during.attempts, s.server))
    failed, attempts = one.during.attempts_failed, one.during.attempts
    others = [s for s in known if s is not one]
    rate = sum(s.during.attempts_failed for s in others) / sum(s.during.attempts for s in others)
    if failed < max(_FEW, _FAILS * attempts) or rate > _SPARED * failed / attempts:
        return None
    if one.during.share > _LESS * one.before.share:
        return None
    down = [c for c in facts.changed("server-down") if c.target == one.server]
    return PassedOver(
        one.server, failed, attempts, rate, one.before.share, one.during.share, len(down),
        tuple(c.event_id for c in down[:3]),
    )  # fmt: skip
