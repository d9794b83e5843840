from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from logsleuth.analyses import breakdown
from logsleuth.analyses.traffic import Traffic

if TYPE_CHECKING:
    from logsleuth.analyses.traffic import Array
    from logsleuth.model import Breakdown


def traffic(n: int, servers: int, routes: int) -> Traffic:
    """N requests of two hours on so many servers, a tenth of them of unknown duration."""
    rng = np.random.default_rng(7)

    def flags(part: float) -> Array:
        return rng.random(n) < part

    duration = rng.lognormal(-2, 1, n)
    duration[flags(0.1)] = np.nan
    return Traffic(
        started=np.sort(1_772_000_000 + 7200 * rng.random(n)), duration_s=duration,
        queue_s=np.zeros(n), header_s=np.zeros(n), status=np.full(n, 200), failed=flags(0.02),
        refused=flags(0.05), aborted=flags(0.01), retried=flags(0), redispatched=flags(0),
        unconnected=flags(0), turned_away=flags(0), pool=np.ones(n, dtype=np.int64),
        server=rng.integers(0, servers, n),
        first_server=rng.integers(0, servers + 1, n), route=rng.integers(0, routes + 1, n),
        client=np.zeros(n, dtype=np.int64), pools=("", "web"),
        servers=("", *(f"s{i:03}" for i in range(servers))),
        routes=("", *(f"GET /{i}" for i in range(routes))), clients=("",),
    )  # fmt: skip


def width(one: Traffic, bins: int) -> float:
    return (one.until - one.since) / bins


def table(found: Breakdown, counts: tuple[int, ...], size: int) -> Array:
    return np.array(counts).reshape(found.bins, len(found.facets), size)


def test_every_request_is_counted_once_in_each_table() -> None:
    one = traffic(4000, 3, 4)
    found = breakdown.count(one, one.failed, width)
    assert found is not None
    requests = table(found, found.requests, len(found.routes))
    assert requests.sum() == sum(found.answered) == 4000
    assert sum(found.failed) == one.failed.sum()
    assert sum(found.latencies) == np.isfinite(one.duration_s).sum()
    named = {facet.server: place for place, facet in enumerate(found.facets)}
    assert set(named) == {"s000", "s001", "s002", ""}
    for code, name in enumerate(one.servers):
        assert requests[:, named[name]].sum() == (one.first_server == code).sum()
    for code, name in enumerate(one.routes):
        assert requests[:, :, found.routes.index(name)].sum() == (one.route == code).sum()
    late = one.started >= found.since.timestamp() + found.bin_s
    assert requests[1:].sum() == late.sum()


def test_outcomes_part_all_requests() -> None:
    one = traffic(4000, 3, 4)
    found = breakdown.count(one, one.failed, width)
    assert found is not None
    totals = table(found, found.answered, 4).sum(axis=(0, 1)).tolist()
    left = one.aborted & ~one.failed
    told = one.refused & ~one.failed & ~one.aborted
    assert totals[1:] == [told.sum(), left.sum(), one.failed.sum()]


def test_a_band_holds_what_is_not_above_its_bound() -> None:
    one = traffic(4000, 1, 1)
    found = breakdown.count(one, one.failed, width)
    assert found is not None
    totals = table(found, found.latencies, len(found.bands_s) + 1).sum(axis=(0, 1))
    bound = found.bands_s[20]
    assert totals[:21].sum() == (one.duration_s <= bound).sum()


def test_its_size_does_not_grow_with_the_evidence() -> None:
    sizes = []
    for n, servers, routes in ((500, 2, 3), (50_000, 400, 900)):
        one = traffic(n, servers, routes)
        found = breakdown.count(one, one.failed, width)
        assert found is not None
        assert len(found.facets) <= 16
        assert len(found.routes) <= 12
        assert found.facets[-1].server == ""
        sizes.append(len(found.requests) + len(found.latencies))
    assert max(sizes) < 45_000


def test_no_requests_are_no_counts() -> None:
    one = traffic(0, 1, 1)
    assert breakdown.count(one, one.failed, width) is None
