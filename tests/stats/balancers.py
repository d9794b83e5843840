"""Balancers that are played: who gets each request under an algorithm, with fixed seeds."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Played:
    """The requests of one pool in order of their start, and whose they were."""

    started: npt.NDArray[np.float64]
    server: npt.NDArray[np.int64]
    duration_s: npt.NDArray[np.float64]
    client: npt.NDArray[np.int64]
    uri: npt.NDArray[np.int64]


def play(
    algorithm: str,
    seed: int,
    *,
    requests: int = 3000,
    rate: float = 50.0,
    latency: tuple[float, ...] = (0.05, 0.05, 0.05, 0.05),
    weights: tuple[int, ...] = (1, 1, 1, 1),
    clients: int = 2000,
    workers: int = 1,
    limit: int = 8,
) -> Played:
    """Deal `requests` out by an algorithm: times in seconds, `latency` the servers' medians.

    `workers` have each their own turn, as nginx's do without a `zone`; `limit` is what a server
    takes at once under `first`.
    """
    rng = np.random.default_rng(seed)
    started = np.cumsum(rng.exponential(1.0 / rate, requests))
    client = rng.choice(clients, requests, p=_zipf(clients))
    uri = rng.choice(300, requests, p=_zipf(300))
    noise = rng.lognormal(0.0, 0.4, requests)
    chooser = _chooser(algorithm, rng, weights, client, uri, workers, limit)
    server, duration = _run(chooser, started, noise, latency)
    return Played(started, server, duration, client, uri)


def _zipf(size: int) -> npt.NDArray[np.float64]:
    weights = 1.0 / np.arange(1, size + 1) ** 1.1
    shares: npt.NDArray[np.float64] = weights / weights.sum()
    return shares


def _run(
    choose: Callable[[int, list[int]], int],
    started: npt.NDArray[np.float64],
    noise: npt.NDArray[np.float64],
    latency: tuple[float, ...],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    busy, ends = [0] * len(latency), list[tuple[float, int]]()
    servers, durations = np.zeros(len(started), dtype=np.int64), np.zeros(len(started))
    for i, at in enumerate(started.tolist()):
        while ends and ends[0][0] <= at:
            busy[heapq.heappop(ends)[1]] -= 1
        chosen = choose(i, busy)
        servers[i], durations[i] = chosen, latency[chosen] * noise[i]
        busy[chosen] += 1
        heapq.heappush(ends, (at + durations[i], chosen))
    return servers, durations


def _chooser(
    algorithm: str,
    rng: np.random.Generator,
    weights: tuple[int, ...],
    client: npt.NDArray[np.int64],
    uri: npt.NDArray[np.int64],
    workers: int,
    limit: int,
) -> Callable[[int, list[int]], int]:
    size, shares = len(weights), np.array(weights) / sum(weights)
    homes = rng.choice(size, max(int(client.max()) + 1, 300), p=shares)
    if algorithm == "round-robin":
        return _in_turns(rng, weights, workers, len(client))
    if algorithm == "random":
        drawn = rng.choice(size, len(client), p=shares)
        return lambda i, _: int(drawn[i])
    if algorithm in {"client", "uri"}:
        key = client if algorithm == "client" else uri
        return lambda i, _: int(homes[key[i]])
    if algorithm == "session":
        return _sessions(rng, size, len(client))
    if algorithm == "first":
        return lambda _, busy: next((s for s in range(size) if busy[s] < limit), 0)
    return _least(weights)


def _in_turns(
    rng: np.random.Generator, weights: tuple[int, ...], workers: int, requests: int
) -> Callable[[int, list[int]], int]:
    """Smooth weighted round robin: nginx, ngx_http_upstream_round_robin.c."""
    held = [[0] * len(weights) for _ in range(workers)]
    for mine in held:  # each worker starts somewhere else
        for _ in range(int(rng.integers(0, 7))):
            _turn(mine, weights)
    accepts = rng.integers(0, workers, requests)
    return lambda i, _: _turn(held[accepts[i]], weights)


def _turn(held: list[int], weights: tuple[int, ...]) -> int:
    for s, weight in enumerate(weights):
        held[s] += weight
    chosen = max(range(len(held)), key=lambda s: held[s])
    held[chosen] -= sum(weights)
    return chosen


def _sessions(
    rng: np.random.Generator, size: int, requests: int
) -> Callable[[int, list[int]], int]:
    """Sessions of eight requests on average, forty of them open at a time, behind any address."""
    homes = rng.integers(0, size, 40)
    which = rng.integers(0, 40, requests)
    ends = rng.uniform(size=requests) < 1 / 8
    fresh = rng.integers(0, size, requests)

    def choose(i: int, _: list[int]) -> int:
        chosen = int(homes[which[i]])
        if ends[i]:
            homes[which[i]] = fresh[i]
        return chosen

    return choose


def _least(weights: tuple[int, ...]) -> Callable[[int, list[int]], int]:
    """Fewest connections for its weight, ties in turns."""
    last = [0]

    def choose(_: int, busy: list[int]) -> int:
        size = len(weights)
        order = [(last[0] + 1 + s) % size for s in range(size)]
        last[0] = min(order, key=lambda s: (busy[s] + 1) / weights[s])
        return last[0]

    return choose
