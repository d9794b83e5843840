"""How a pool's requests were dealt out, measured on who got them and when."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from logsleuth.stats.constancy import LEAST_ROOM
from logsleuth.stats.likelihoods import xlogx

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from logsleuth.stats.arrays import FloatArray, IntArray

_BLOCKS: Final = (6, 30)
# Requests that a block has for each server where there are enough, and has to have.
_FILL: Final = (10, 25)
_SHUFFLES: Final = 99
# A table of more keys adds nothing, and a key that was seen once decides whatever it likes.
_KEYS: Final = 400
_SEEN: Final = 3
_REPEATED: Final = 100
_SETTLED: Final = 0.98
_STRETCHES: Final = 12


@dataclass(frozen=True, slots=True)
class Traits:
    """What tells algorithms apart, of one pool in one period.

    `phi` is the dispersion between neighbouring blocks of requests, so that shares that drift
    don't raise it: about 0.01 in turns, 1 at random; None for too few requests. `keys` says how far
    each key decides the server, 0 to 1; it is 0 where shuffled servers do as well and has no entry
    where keys repeat too rarely. `least` is how much oftener than by the shares alone one of the
    least busy servers was chosen, 1 always and 0 as by chance. `ordered` is how surely the
    server with most requests was busier when another got one than when itself did, the area under
    the curve: 0.5 by chance. `spread` and `busy_spread` are the coefficients of variation, between
    servers, of their requests and of their concurrency, each over the weight: Little's law, the sum
    of the durations over the time. What needs durations is
    None without them.
    """

    requests: int
    servers: int
    top: float
    phi: float | None
    keys: Mapping[str, float]
    least: float | None
    ordered: float | None
    spread: float
    busy_spread: float | None
    exact: bool = True


def traits(
    started: npt.ArrayLike,
    server: npt.ArrayLike,
    duration_s: npt.ArrayLike,
    keys: Mapping[str, npt.ArrayLike] | None = None,
    weights: npt.ArrayLike | None = None,
    *,
    exact: bool = True,
) -> Traits:
    """Measure who got the requests of one pool; all columns have one length N.

    Args:
        started: [N], when each began, in seconds and ascending.
        server: [N], who was chosen first, as whole numbers from 0.
        duration_s: [N], NaN for unknown.
        keys: [N] each, codes of what may have decided, such as the client's address.
        weights: [k], what the servers are configured with; equal where None.
        exact: whether the times tell which of two requests came first, as whole seconds don't;
            without it `least` and `ordered` are None.

    Raises:
        ValueError: the columns' lengths differ.
    """
    begun, who = np.asarray(started, dtype=np.float64), np.asarray(server, dtype=np.int64)
    took = np.asarray(duration_s, dtype=np.float64)
    if not begun.shape == who.shape == took.shape:
        message = f"columns of {begun.size}, {who.size} and {took.size} requests"
        raise ValueError(message)
    size = int(who.max()) + 1 if who.size else 0
    counts = np.bincount(who, minlength=size)
    weight = np.ones(size) if weights is None else np.asarray(weights, dtype=np.float64)
    known = who.size > 0 and bool((~np.isnan(took)).mean() > 0.5)
    took = np.nan_to_num(took)
    busy, settled = None, slice(0)
    if known and exact and size > 1:
        busy = _busy(begun, who, took, size)
        # What the servers had at hand when the period began is not in it.
        settled = slice(int(np.searchsorted(begun, begun[0] + np.quantile(took, _SETTLED))), None)
    return Traits(
        requests=who.size,
        servers=int((counts > 0).sum()),
        top=float(counts.max() / who.size) if who.size else 0.0,
        phi=phi_between_blocks(who, size),
        keys=_affinities(who, keys or {}),
        least=None if busy is None else _least(busy[settled], weight, who[settled], counts),
        ordered=None if busy is None else _ordered(busy[settled], who[settled], counts),
        spread=_spread(counts, weight),
        busy_spread=_spread(np.bincount(who, took, size), weight) if known else None,
        exact=exact,
    )


def phi_between_blocks(server: npt.ArrayLike, size: int) -> float | None:
    """Phi from the differences of neighbouring blocks of equally many requests, of `size` servers.

    Half of the squared difference has the expectation of the squared deviation (von Neumann 1941,
    "Distribution of the ratio of the mean square successive difference to the variance"), and
    a step in the shares touches one difference only. None with fewer than 6 blocks.
    """
    who = np.asarray(server, dtype=np.int64)
    used = np.bincount(who, minlength=size) > 0
    servers = int(used.sum())
    if servers < 2 or who.size < _BLOCKS[0] * _FILL[0] * servers:
        return None
    blocks = min(_BLOCKS[1], max(_BLOCKS[0], who.size // (_FILL[1] * servers)))
    length = who.size // blocks
    place = np.arange(blocks * length) // length
    table = np.bincount(place * size + who[: blocks * length], minlength=blocks * size)
    counts = table.reshape(blocks, size)[:, used].astype(np.float64)
    # A server may have all of its requests behind the last whole block.
    counts = counts[:, counts.any(axis=0)]
    apart = (np.diff(counts, axis=0) ** 2).sum(axis=0) / 2.0
    return float((apart / counts.mean(axis=0)).sum() / (blocks - 1) / (servers - 1))


def _busy(started: FloatArray, server: IntArray, took: FloatArray, size: int) -> FloatArray:
    """How many requests each server had at hand when each request came: [N, k]."""
    busy = np.empty((started.size, size))
    place = np.arange(started.size)
    for s in range(size):
        mine = server == s
        began = np.searchsorted(place[mine], place, side="left")
        ended = np.searchsorted(np.sort(started[mine] + took[mine]), started, side="right")
        busy[:, s] = np.maximum(began - ended, 0)
    return busy


def _least(
    busy: FloatArray, weight: FloatArray, server: IntArray, counts: IntArray
) -> float | None:
    """How much oftener than by shares alone the least busy got it, where there was a choice.

    nginx divides the connections by the weight, HAProxy those that it would have with this one.
    """
    usable = np.where(weight > 0, weight, np.nan)
    told = [
        _chosen(np.nan_to_num(b / usable, nan=np.inf), server, counts) for b in (busy, busy + 1)
    ]
    return max((t for t in told if t is not None), default=None)


def _chosen(load: FloatArray, server: IntArray, counts: IntArray) -> float | None:
    shares = counts / counts.sum()
    lowest = load <= load.min(axis=1, keepdims=True) + 1e-9
    by_chance = lowest @ shares
    open_ = by_chance < 1.0 - 1e-9
    if open_.sum() < _REPEATED:
        return None
    chosen = lowest[np.arange(server.size), server][open_].mean()
    expected = by_chance[open_].mean()
    return float((chosen - expected) / (1.0 - expected))


def _ordered(busy: FloatArray, server: IntArray, counts: IntArray) -> float | None:
    """The area under the curve: was the favourite busier when it was passed over?"""
    favourite = int(counts.argmax())
    own = server == favourite
    if min(own.sum(), (~own).sum()) < 20:
        return None
    load = busy[:, favourite]
    order = np.argsort(load, kind="stable")
    values, first, repeats = np.unique(load[order], return_index=True, return_counts=True)
    ranks = (first + (repeats + 1) / 2.0)[np.searchsorted(values, load)]
    passed = float((~own).sum())
    area = ranks[~own].sum() - passed * (passed + 1) / 2.0
    return float(area / passed / own.sum())


def _affinities(server: IntArray, keys: Mapping[str, npt.ArrayLike]) -> dict[str, float]:
    found = {}
    for name, codes in keys.items():
        told = affinity(np.asarray(codes, dtype=np.int64), server)
        if told is not None:
            found[name] = told
    return found


def affinity(key: npt.ArrayLike, server: npt.ArrayLike) -> float | None:
    """How far a key decides the server, 0 to 1; 0 where shuffled servers do as well.

    It is the mutual information over the entropy of the servers, what chance gives taken off both.
    The busiest keys that came three times or oftener are asked; None where they are too few to
    tell. The null is that of 99 shuffles with a fixed seed, so p is 0.01 at the least; servers
    are shuffled within stretches of time, for clients that come while shares are others choose
    nothing.
    """
    codes, who = np.asarray(key), np.asarray(server)
    repeats = np.unique(codes, return_inverse=True, return_counts=True)
    often = np.argsort(-repeats[2], kind="stable")[:_KEYS]
    often = often[repeats[2][often] >= _SEEN]
    keep = np.isin(repeats[1], often)
    if often.size < 5 or keep.sum() < _REPEATED:
        return None
    rows = np.unique(repeats[1][keep], return_inverse=True)[1]
    columns = np.unique(who[keep], return_inverse=True)[1]
    shape = int(rows.max()) + 1, int(columns.max()) + 1
    if shape[1] < 2:
        return None
    total = float(rows.size)
    entropy = xlogx(np.array(total)) - float(xlogx(np.bincount(columns).astype(np.float64)).sum())
    base = entropy - float(xlogx(np.bincount(rows).astype(np.float64)).sum())
    told = base + float(xlogx(_table(rows, columns, shape)).sum())
    chance = [base + float(xlogx(_table(rows, s, shape)).sum()) for s in _shuffled(columns)]
    expected = float(np.mean(chance))
    room = float(entropy) - expected
    if told <= max(chance) or room < LEAST_ROOM * float(entropy):
        return 0.0
    return float(np.clip((told - expected) / room, 0.0, 1.0))


def _shuffled(columns: IntArray) -> Iterator[IntArray]:
    """The servers of neighbouring requests changed about, so that shares may drift over time."""
    rng = np.random.default_rng(0)
    block = np.arange(columns.size) * _STRETCHES // columns.size
    for _ in range(_SHUFFLES):
        yield columns[np.lexsort((rng.random(columns.size), block))]


def _table(rows: IntArray, columns: IntArray, shape: tuple[int, int]) -> FloatArray:
    flat = np.bincount(rows * shape[1] + columns, minlength=shape[0] * shape[1])
    return flat.reshape(shape).astype(np.float64)


def _spread(counts: npt.NDArray[np.generic], weight: FloatArray) -> float:
    usable = weight > 0
    values = np.asarray(counts, dtype=np.float64)[usable] / weight[usable]
    mean = float(values.mean()) if values.size else 0.0
    return float(values.std() / mean) if mean > 0 and math.isfinite(mean) else 0.0
