"""Which shares were intended: by the configuration, by the baseline and among equals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.eligibility import Out, expected_shares, factors, outs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from logsleuth.analyses.changes import Change
    from logsleuth.analyses.pools import Configured, PoolFacts
    from logsleuth.analyses.traffic import Array, Traffic

# Fewer requests on another server than this are no disagreement.
WRONG: Final = 0.05
# More moments than this tell no more about who was eligible.
_MOMENTS: Final = 20_000


@dataclass(frozen=True, slots=True)
class IntendedServer:
    """One server's shares of the window's requests, as each reference has them; 0 to 1.

    `configured` goes by the weights alone, `eligible` by the weights among those that were in
    rotation at each moment. `returning` is the baseline's share among those. None is unknown.
    """

    server: str
    observed: float
    configured: float | None
    eligible: float | None
    baseline: float | None
    returning: float | None
    equal: float
    out: float
    """The part of the window's requests that came while it was out, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Intended:
    """A pool's intended shares, and how far the observed ones are from each.

    The distances are total variations: the fraction of the requests on another server. `line` is
    where the configuration asks for the window's shares, while it doesn't for those before.
    """

    pool: str
    servers: tuple[IntendedServer, ...]
    outs: tuple[Out, ...]
    from_configuration: float | None
    from_eligible: float | None
    from_baseline: float | None
    from_returning: float | None
    from_peers: float
    line: str | None

    @property
    def disagrees(self) -> tuple[str, ...]:
        """Which of `configuration`, `baseline` and `peers` the observed shares are not those of."""
        known = {
            "configuration": self.from_eligible,
            "baseline": self.from_baseline,
            "peers": self.from_peers,
        }
        return tuple(name for name, far in known.items() if far is not None and far >= WRONG)

    @property
    def absence_explains(self) -> bool:
        """Whether shares moved only because servers were out, and the rest took their part."""
        moved, rest = self.from_baseline, self.from_returning
        if moved is None or rest is None or moved < WRONG:
            return False
        return rest < min(WRONG, moved / 2)


def intend(traffic: Traffic, pool: PoolFacts, during: Array, changes: Sequence[Change]) -> Intended:
    """Hold a pool's shares in the window against each reference.

    Args:
        traffic: the balancer's requests.
        pool: one of its pools.
        during: flags of the pool's requests in the window.
        changes: what the logs tell of servers that went and came.
    """
    names = [s.server for s in pool.servers]
    chosen = np.flatnonzero(during)
    place = {name: i for i, name in enumerate(names)}
    places = np.array([place.get(name, -1) for name in traffic.servers])
    at = places[traffic.first_server[chosen]]
    started, server = traffic.started[chosen][at >= 0], at[at >= 0]
    lines = {s.server: s.configured for s in pool.servers if s.configured is not None}
    before = np.array([s.before.share for s in pool.servers]) if pool.before else None
    usual = {s.server: s.before.share or s.configured_share or 0.0 for s in pool.servers}
    found = outs(started, server, names, changes, usual)
    moments = started[:: max(1, len(started) // _MOMENTS)]
    able = factors(moments, names, found, {n: c.slow_start_s for n, c in lines.items()})
    return _held(pool, names, lines, found, able, before)


def _held(
    pool: PoolFacts,
    names: list[str],
    lines: Mapping[str, Configured],
    found: tuple[Out, ...],
    able: Array,
    before: Array | None,
) -> Intended:
    observed = np.array([s.during.share for s in pool.servers])
    whole = all(name in lines for name, share in zip(names, observed, strict=True) if share > 0)
    configured = eligible = None
    if lines and whole:
        configured = np.array([lines[n].share if n in lines else 0.0 for n in names])
        eligible = _eligible(names, lines, able)
    returning = None if before is None else expected_shares(before, able)
    equal = np.full(len(names), 1.0 / len(names)) if names else np.zeros(0)
    known = {
        "configured": configured, "eligible": eligible, "baseline": before, "returning": returning,
    }  # fmt: skip
    far, far_before = _distance(observed, eligible), _distance(configured, before)
    asked = far is not None and far_before is not None and far < WRONG <= far_before
    return Intended(
        pool=pool.pool,
        servers=tuple(
            IntendedServer(
                server=name, observed=float(observed[i]), equal=float(equal[i]),
                out=float((able[:, i] <= 0).mean()) if len(able) else 0.0,
                **{key: None if of is None else float(of[i]) for key, of in known.items()},
            )
            for i, name in enumerate(names)
        ),
        outs=found,
        from_configuration=_distance(observed, configured),
        from_eligible=far,
        from_baseline=_distance(observed, before),
        from_returning=_distance(observed, returning),
        from_peers=_distance(observed, equal) or 0.0,
        line=_line(pool, lines) if asked else None,
    )  # fmt: skip


def _eligible(names: list[str], lines: Mapping[str, Configured], able: Array) -> Array | None:
    """By weight among those in rotation; who is configured down isn't."""
    usable = np.array([n in lines and not lines[n].down for n in names])
    weights = np.array([lines[n].weight if n in lines else 0 for n in names]) * usable
    backup = np.array([n in lines and lines[n].backup for n in names])
    return expected_shares(weights, able, backup)


def _distance(first: Array | None, second: Array | None) -> float | None:
    if first is None or second is None:
        return None
    return float(0.5 * np.abs(first - second).sum())


def _line(pool: PoolFacts, lines: Mapping[str, Configured]) -> str | None:
    """The line of the server whose share the configuration changed most."""
    told = [s for s in pool.servers if s.server in lines]
    most = max(told, key=lambda s: (abs(s.during.share - s.before.share), s.server), default=None)
    return place_of(lines[most.server]) if most else None


def place_of(line: Configured) -> str:
    """Where a line stands, as a person would say it: `nginx.conf:41`."""
    name = line.path.replace("!", "/").replace("\\", "/").rsplit("/", 1)[-1]
    return f"{name}:{line.line}"
