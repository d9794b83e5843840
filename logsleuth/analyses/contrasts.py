"""Figures of two cases against each other: rates, latencies and shares, with their intervals."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from logsleuth.analyses.measured import QUANTILES
from logsleuth.compared import Measure, PoolPair, SharePair, Subject
from logsleuth.model import Interval
from logsleuth.stats import shares as share_tests
from logsleuth.stats.counts import poisson_ratio
from logsleuth.stats.proportions import newcombe
from logsleuth.stats.quantiles import quantile_ratio

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from logsleuth.analyses.measured import Group, Measured, PoolGroup
    from logsleuth.compared import Kind, Scale, Standing
    from logsleuth.model import Pool

# No difference that matters: half a percent of failures, a quarter of a latency or of the traffic,
# a percent of the requests of a pool.
SAME_RATE: Final = 0.005
SAME_RATIO: Final = 1.25
SAME_SHARE: Final = 0.01
# Requests in turns scatter far less than chance, but not so much less that every rounding counts.
_STRICT: Final = 0.3
# Pools that have no name in common are the same where they share so much of their servers.
_SAME_POOL: Final = 0.5
_BLOCK_S: Final = 30.0
# A step that is a smaller part of the quantile than this widens no interval.
_FINE: Final = 0.01


def subjects(base: Measured, case: Measured, latencies: bool) -> tuple[Subject, ...]:
    """Everything that has figures on either side: all, pools, servers, routes, by difference."""
    found = [_subject("all", None, "all requests", base, case, base.whole, case.whole, latencies)]
    for pool, (one, other) in paired(base.pools, case.pools).items():
        wholes = one.whole if one else None, other.whole if other else None
        found.append(_subject("pool", pool, pool, base, case, *wholes, latencies))
        first, second = one.servers if one else {}, other.servers if other else {}
        found += [
            _subject("server", pool, s, base, case, first.get(s), second.get(s), latencies)
            for s in sorted({*first, *second})
        ]
    found += [
        _subject("route", None, r, base, case, base.routes.get(r), case.routes.get(r), latencies)
        for r in sorted({*base.routes, *case.routes})
    ]
    kinds = ("all", "pool", "server", "route")
    return tuple(sorted(found, key=lambda s: (kinds.index(s.kind), -_weight(s), s.name)))


def _weight(subject: Subject) -> float:
    """How much more fails, in requests of the busier side: what to show first."""
    rate = next((m for m in subject.measures if m.name == "failure_rate"), None)
    most = max(c.requests for c in (subject.base, subject.case) if c is not None)
    return 0.0 if rate is None or rate.value is None else abs(rate.value) * most


def _subject(
    kind: Kind, pool: str | None, name: str, base: Measured, case: Measured,
    first: Group | None, second: Group | None, latencies: bool,
) -> Subject:  # fmt: skip
    measures = (
        _pace(base, case, first, second),
        _failing(base, case, first, second),
        *_latencies(base, case, first, second, latencies),
    )
    counts = first.counts if first else None, second.counts if second else None
    return Subject(kind, pool, name, *counts, measures)


def _pace(base: Measured, case: Measured, first: Group | None, second: Group | None) -> Measure:
    n1, n2 = _requests(first), _requests(second)
    t1, t2 = _seconds(base), _seconds(case)
    rates = n1 / t1 if t1 else None, n2 / t2 if t2 else None
    if t1 is None or t2 is None or not n1 + n2:
        return Measure("requests_per_s", "ratio", *rates)
    # Both counts by one dispersion, for their ratio has to stay.
    phi = max(base.rate_phi, case.rate_phi)
    found = poisson_ratio(round(n2 / phi), t2, round(n1 / phi), t1)
    ratio = n2 / t2 / (n1 / t1) if n1 else math.inf
    return _told("requests_per_s", "ratio", rates, ratio, (found.interval.low, found.interval.high))


def _seconds(side: Measured) -> float | None:
    """How long its stretch is; None where it has no requests that could have been fewer."""
    return side.stretch.seconds if side.stretch and side.whole.counts.requests else None


def _requests(group: Group | None) -> int:
    return group.counts.requests if group else 0


def _failing(base: Measured, case: Measured, first: Group | None, second: Group | None) -> Measure:
    rates = _rate(first), _rate(second)
    if first is None or second is None or rates[0] is None or rates[1] is None:
        return Measure("failure_rate", "difference", *rates)
    phi1, phi2 = base.harm_phi, case.harm_phi
    k1, n1 = first.counts.failed / phi1, first.counts.requests / phi1
    k2, n2 = second.counts.failed / phi2, second.counts.requests / phi2
    found = newcombe(k2, n2, k1, n1)
    return _told(
        "failure_rate", "difference", rates, rates[1] - rates[0], (found.low, found.high), SAME_RATE
    )


def _rate(group: Group | None) -> float | None:
    counts = group.counts if group else None
    return counts.failed / counts.requests if counts and counts.requests else None


def _latencies(
    base: Measured, case: Measured, first: Group | None, second: Group | None, told: bool
) -> Iterator[Measure]:
    for q in QUANTILES:
        name = f"latency_p{q * 100:.0f}_s"
        took = (g.quantiles.get(q) if g else None for g in (first, second))
        one, other = took if told else (None, None)
        if first is None or second is None or one is None or other is None:
            yield Measure(name, "ratio", one, other)
            continue
        steps = base.step_s or 0.0, case.step_s or 0.0
        ratio = other / one if one else math.inf if other else 1.0
        interval = _between(base, case, first, second, q, steps)
        yield _told(name, "ratio", (one, other), ratio, interval)


def _between(
    base: Measured, case: Measured, first: Group, second: Group, q: float,
    steps: tuple[float, float],
) -> tuple[float, float]:  # fmt: skip
    """The interval of the ratio of two quantiles, each known to the step of its log only.

    Logs cut durations off: what shows as t took from t to a step more.
    """
    block = min(_block(base, first), _block(case, second))
    one, other = first.sample, second.sample
    found = quantile_ratio(other, one, q, block=block, level=0.95).interval
    if all(step < _FINE * g.quantiles[q] for step, g in zip(steps, (first, second), strict=True)):
        return found.low, found.high
    low = quantile_ratio(other, one + steps[0], q, block=block, level=0.95).interval.low
    high = quantile_ratio(other + steps[1], one, q, block=block, level=0.95).interval.high
    return low, high


def _block(measured: Measured, group: Group) -> int:
    """How many of the sample's durations are of 30 s."""
    seconds = measured.stretch.seconds if measured.stretch else _BLOCK_S
    return max(1, round(len(group.sample) * min(_BLOCK_S / seconds, 0.1)))


def _told(
    name: str, scale: Scale, both: tuple[float | None, float | None], value: float,
    interval: tuple[float, float], margin: float | None = None,
) -> Measure:  # fmt: skip
    low, high = min(interval[0], value), max(interval[1], value)
    neutral = 0.0 if scale == "difference" else 1.0
    same = (1 / SAME_RATIO, SAME_RATIO) if margin is None else (-margin, margin)
    standing: Standing = "undecided"
    if same[0] < low and high < same[1]:
        standing = "alike"
    elif low > neutral:
        standing = "higher"
    elif high < neutral:
        standing = "lower"
    return Measure(name, scale, *both, value, Interval(low, high), standing)


def paired(
    base: Mapping[str, PoolGroup], case: Mapping[str, PoolGroup]
) -> dict[str, tuple[PoolGroup | None, PoolGroup | None]]:
    """Pools of one name, or of the same servers where the names differ; the rest stands alone."""
    names = base_names(base, case)
    found: dict[str, tuple[PoolGroup | None, PoolGroup | None]] = {
        name: (base.get(names.get(name, "")), group) for name, group in case.items()
    }
    alone = {name: (group, None) for name, group in base.items() if name not in names.values()}
    return dict(sorted({**alone, **found}.items()))


def base_names(base: Mapping[str, PoolGroup], case: Mapping[str, PoolGroup]) -> dict[str, str]:
    """What the base calls each pool of the case that it has too."""
    names = {name: name for name in case if name in base}
    for name in sorted(case.keys() - names.keys()):
        free = sorted(base.keys() - names.values())
        nearest = max(free, key=lambda n: _overlap(base[n], case[name]), default=None)
        if nearest is not None and _overlap(base[nearest], case[name]) >= _SAME_POOL:
            names[name] = nearest
    return names


def _overlap(one: PoolGroup, other: PoolGroup) -> float:
    return len(one.servers.keys() & other.servers.keys()) / len(one.servers.keys() | other.servers)


def pools(
    base: Measured, case: Measured, base_found: Sequence[Pool], case_found: Sequence[Pool]
) -> tuple[PoolPair, ...]:
    """The shares of each pool that both have, of several servers and one of them in common."""
    names = base_names(base.pools, case.pools)
    intents = {p.pool: p for p in base_found}, {p.pool: p for p in case_found}
    pairs = {name: (base.pools[known], case.pools[name]) for name, known in sorted(names.items())}
    return tuple(
        _pool(name, names[name], *pair, intents[0].get(names[name]), intents[1].get(name))
        for name, pair in pairs.items()
        if len(pair[0].servers.keys() | pair[1].servers) > 1 and _overlap(*pair)
    )


def apart(base: Measured, case: Measured) -> list[str]:
    """Pools that both have by name, and that have no server in common."""
    names = base_names(base.pools, case.pools)
    return sorted(n for n, known in names.items() if not _overlap(base.pools[known], case.pools[n]))


def _pool(
    name: str, base_name: str, base: PoolGroup, case: PoolGroup,
    base_intent: Pool | None, case_intent: Pool | None,
) -> PoolPair:  # fmt: skip
    servers = sorted({*base.servers, *case.servers})
    phi = max(base.phi or 1.0, case.phi or 1.0, _STRICT)
    counts = [[_requests(side.servers.get(s)) for s in servers] for side in (base, case)]
    test = share_tests.homogeneity(counts[0], counts[1], phi=phi)
    totals = sum(counts[0]), sum(counts[1])
    pairs = (
        _share(s, (counts[0][place], counts[1][place]), totals, phi, (base_intent, case_intent))
        for place, s in enumerate(servers)
    )
    return PoolPair(
        pool=name,
        base_pool=base_name,
        moved=test.total_variation,
        p_value=test.p_value,
        base_algorithm=base_intent.algorithm if base_intent else None,
        case_algorithm=case_intent.algorithm if case_intent else None,
        base_seen=_seen(base_intent),
        case_seen=_seen(case_intent),
        servers=tuple(sorted(pairs, key=lambda p: (-abs(p.observed.value or 0.0), p.server))),
    )


def _seen(pool: Pool | None) -> str | None:
    return pool.selection.during if pool and pool.selection else None


def _share(
    server: str, counts: tuple[int, int], totals: tuple[int, int], phi: float,
    intents: tuple[Pool | None, Pool | None],
) -> SharePair:  # fmt: skip
    shares = counts[0] / totals[0], counts[1] / totals[1]
    found = newcombe(counts[1] / phi, totals[1] / phi, counts[0] / phi, totals[0] / phi)
    difference = shares[1] - shares[0]
    interval = found.low, found.high
    base, case = (_meant(pool, server) for pool in intents)
    observed = _told("share", "difference", shares, difference, interval, SAME_SHARE)
    return SharePair(server, observed, base[0], case[0], base[1], case[1])


def _meant(pool: Pool | None, server: str) -> tuple[float | None, float | None]:
    found = next((s for s in pool.servers if s.server == server), None) if pool else None
    return (found.expected_share, found.configured_share) if found else (None, None)
