"""The pools of evidence without an incident, in the words of the document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from logsleuth.analyses import calm
from logsleuth.analyses.documents import disagreeing, inferred, p95
from logsleuth.analyses.intended import WRONG
from logsleuth.analyses.pools import configured, lines_of, pool_masks
from logsleuth.analyses.series import moment
from logsleuth.model import Pool, ServerShare

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from logsleuth.analyses.facts import Calm
    from logsleuth.analyses.pools import Configured
    from logsleuth.analyses.traffic import Array
    from logsleuth.case.store import Case
    from logsleuth.model import ExpectedFrom


def describe(case: Case, found: Calm) -> tuple[Pool, ...]:
    """Every pool with the shares of the whole evidence, or of the stretch that was skewed."""
    intent = configured(case)
    pools = (
        _pool(case, found, name, mask, lines_of(name, found.traffic.servers, intent))
        for name, mask in pool_masks(found.traffic)
    )
    return tuple(sorted(pools, key=lambda pool: pool.pool))


def _pool(case: Case, found: Calm, name: str, mask: Array, lines: Mapping[str, Configured]) -> Pool:
    traffic = found.traffic
    named = np.array([bool(server) for server in traffic.servers], dtype=bool)
    mask = mask & named[traffic.first_server]
    chosen = np.flatnonzero(mask)
    judged = calm.examine(case, traffic, mask, lines, found.changes)
    skew = judged.skew
    usual = dict(skew.usual) if skew else _shares(found, chosen[: len(chosen) // 2])
    if skew is not None:
        first, last = np.searchsorted(traffic.started[chosen], (skew.since, skew.until)).tolist()
        chosen = chosen[first:last]
    observed = _shares(found, chosen)
    basis = _basis(observed, usual, lines, skewed=skew is not None)
    servers = tuple(_servers(found, chosen, observed, usual, lines, basis))
    times = traffic.started[chosen] if len(chosen) else traffic.started[:1]
    return Pool(
        pool=name,
        skewed=skew is not None,
        since=moment(skew.since if skew else float(times[0])),
        until=moment(skew.until if skew else float(times[-1])),
        expected_from=basis,
        p_value=skew.p_value if skew else None,
        effect=0.5 * sum(abs(s.observed_share - (s.expected_share or 0.0)) for s in servers),
        servers=servers,
        algorithm=next((line.algorithm for line in lines.values() if line.pool == name), None),
        selection=inferred(judged.selection),
        disagrees=disagreeing(servers),
    )


def _shares(found: Calm, chosen: Array) -> dict[str, float]:
    traffic = found.traffic
    counts = np.bincount(traffic.first_server[chosen], minlength=len(traffic.servers))
    return {traffic.servers[c]: counts[c] / counts.sum() for c in np.flatnonzero(counts).tolist()}


def _basis(
    observed: Mapping[str, float],
    usual: Mapping[str, float],
    lines: Mapping[str, Configured],
    *,
    skewed: bool,
) -> ExpectedFrom:
    known = bool(lines) and set(observed) <= set(lines)
    # Weights don't say which shares follow from load or from keys.
    known = known and all(line.algorithm in calm.BY_WEIGHT for line in lines.values())
    # A file that isn't what was in force says nothing of what was meant, where all went well.
    known = known and calm.far(observed, lines) < WRONG
    return "configuration" if known and not skewed else "baseline" if usual else "peers"


def _servers(
    found: Calm,
    chosen: Array,
    observed: Mapping[str, float],
    usual: Mapping[str, float],
    lines: Mapping[str, Configured],
    basis: ExpectedFrom,
) -> Sequence[ServerShare]:
    """The first half of the evidence is the baseline of the whole, where no skew parts it."""
    traffic, names = found.traffic, sorted(set(observed) | set(usual))
    shares = []
    for name in names:
        mine = chosen[traffic.first_server[chosen] == traffic.servers.index(name)]
        share = lines[name].share if name in lines else None
        expected = {
            "configuration": share,
            "baseline": usual.get(name, 0.0),
            "peers": 1.0 / len(names),
        }
        shares.append(
            ServerShare(
                server=name,
                requests=len(mine),
                expected_share=expected[basis],
                observed_share=observed.get(name, 0.0),
                configured_share=share,
                baseline_share=usual.get(name, 0.0) if usual else None,
                failure_rate=float(found.badness.failed[mine].mean()) if len(mine) else None,
                latency_p95_s=p95(traffic.duration_s[mine]),
            )
        )
    return shares
