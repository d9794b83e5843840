"""The server with the largest part of a pool, which is the first to be full when more comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.stats.counts import poisson_ratio

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.pools import PoolFacts, ServerFacts

# Times an equal part of the pool.
_OVER: Final = 1.35
# Times as long as its equals: more than an uneven machine explains.
_SLOWER: Final = 1.35
# So many times as many requests as before, surely.
_GROWN: Final = 1.15


def full_before(pool: PoolFacts) -> ServerFacts | None:
    """The busiest server, where it had far more than an equal part and was slow for it before.

    Who is given more by intention can take more, and is no slower than its equals.
    """
    seen = [s for s in pool.servers if s.before.requests and s.before.median_s is not None]
    if len(seen) < 2:
        return None
    hot = max(seen, key=lambda s: (s.before.share, s.server))
    others = sorted(s.before.median_s or 0.0 for s in seen if s is not hot)
    usual = max(others[len(others) // 2], 1e-3)
    over = hot.before.share * len(seen) >= _OVER
    return hot if over and (hot.before.median_s or 0.0) >= _SLOWER * usual else None


def fills_first(facts: Facts, pool: PoolFacts, server: ServerFacts) -> float | None:
    """How many times as many requests a second as before the busiest server gets.

    None where it isn't the busiest by far, where it is by far only since the window began, or where
    its requests didn't surely grow: then its load is no reason for what it does.
    """
    if facts.blind or pool.before <= 0 or server.before.requests < 1:
        return None
    parts = [part * len(pool.servers) for part in (server.before.share, server.during.share)]
    if min(parts) < _OVER or any(s.during.share > server.during.share for s in pool.servers):
        return None
    rate = poisson_ratio(
        server.during.requests, facts.window.bad_seconds,
        server.before.requests, max(facts.seconds_before, 1e-3),
    )  # fmt: skip
    return rate.ratio if rate.interval.low > _GROWN else None
