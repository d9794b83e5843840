"""Requests whose log names no pool, given to the pool that other lines name with their servers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from logsleuth.analyses.traffic import Array

# Servers whose routes overlap by as much serve the same.
_ALIKE: Final = 0.5
# In two parts of the time that follow each other, if not in all of it.
_BLOCKS: Final = 8
_FEW: Final = 15
# Of the routes so many that are asked for most: what is rare tells servers apart by chance.
_ROUTES: Final = 200
# And of seven parts of eight a fifth.
_PART: Final = 0.2
_RARELY: Final = 0.1


def groups(first_server: Array, route: Array, servers: Sequence[str]) -> Iterator[Array]:
    """Yield the codes of servers that serve the same routes: each group is one pool.

    The requests, N codes of servers and of routes, are in order of time: an affinity by path, where
    many want the same page, tells servers apart that had served the same until then, and others
    they share at all times.
    """
    seen = np.unique(first_server)
    codes = seen[[bool(servers[c]) for c in seen]]
    if not len(codes):
        return
    asked = np.bincount(route)
    place = np.full(len(asked), -1)
    place[np.argsort(-asked, kind="stable")[:_ROUTES]] = np.arange(min(len(asked), _ROUTES))
    kept = place[route] >= 0
    block = np.arange(len(route))[kept] * _BLOCKS // len(route)
    cells = (block * len(servers) + first_server[kept]) * _ROUTES + place[route[kept]]
    counts = np.bincount(cells, minlength=_BLOCKS * len(servers) * _ROUTES)
    for group in _alike(counts.reshape(_BLOCKS, len(servers), _ROUTES)[:, codes]):
        yield codes[group]


def _alike(counts: Array) -> list[list[int]]:
    """Servers whose mix of routes overlaps by half or more, or ever by a part, belong together."""
    whole = _overlaps(counts.sum(axis=0), 1)
    parts = np.array([_overlaps(block, _FEW) for block in counts])
    # A change of what servers are asked for falls into one block, and looks like both sides of it.
    lasting = np.minimum(parts[1:], parts[:-1]).max(axis=0)
    # Pools that are apart share nothing for long.
    always = np.quantile(parts, _RARELY, axis=0) >= _PART
    alike = np.where(always, 1.0, np.maximum(whole, lasting))
    found: list[list[int]] = []
    for row in range(len(alike)):
        home = next((group for group in found if alike[row, group].mean() >= _ALIKE), None)
        if home is None:
            found.append([row])
        else:
            home.append(row)
    return found


def _overlaps(table: Array, least: int) -> Array:
    """How much the mixes of servers overlap, 0 to 1 in a square; 0 for those with few requests."""
    total = table.sum(axis=1, keepdims=True)
    mix = np.where(total >= least, table / np.maximum(total, 1), 0.0)
    return np.array([np.minimum(row, mix).sum(axis=1) for row in mix])


def named(
    pool: Array, first_server: Array, route: Array, pools: Sequence[str], servers: Sequence[str]
) -> Array:
    """Return the codes of the pools, of length N, with those of unnamed ones where others tell.

    nginx writes an upstream's name where none of its servers was live, and only addresses
    elsewhere (its manual, `$upstream_addr`); a configuration from after a reload names those only
    that are left. Servers that are like each other are a pool's if one of them was tried before its
    name, if no other pool serves the same, or if they alone serve what it was asked for.
    """
    if "" not in pools or len(pools) == 1:
        return pool
    nameless = pools.index("")
    loose = pool == nameless
    found = pool.copy()
    together = list(groups(first_server[loose], route[loose], servers)) if loose.any() else []
    for members in together:
        own = loose & np.isin(first_server, members)
        told = np.unique(pool[~loose & np.isin(first_server, members)])
        if not len(told):
            alike = _asked_the_same(pool, route, own)
            has_servers = _with_servers(pool, first_server, servers)
            told = np.intersect1d(alike, has_servers)
            if not len(told) and len(together) == 1:
                told = np.setdiff1d(alike, has_servers)
        if len(told) == 1:
            found[own] = told[0]
    return found


def _with_servers(pool: Array, first_server: Array, servers: Sequence[str]) -> Array:
    """The pools of which some request had a server."""
    is_named = np.array([bool(name) for name in servers], dtype=bool)[first_server]
    return np.unique(pool[is_named])


def _asked_the_same(pool: Array, route: Array, own: Array) -> Array:
    """The other pools that were asked for the same routes as some requests."""
    routes = int(route.max()) + 1
    mine = _mix(route[own], routes)
    others = np.setdiff1d(np.unique(pool), np.unique(pool[own]))
    alike = [
        code for code in others.tolist()
        if np.minimum(mine, _mix(route[pool == code], routes)).sum() >= _ALIKE
    ]  # fmt: skip
    return np.array(alike, dtype=pool.dtype)


def _mix(route: Array, routes: int) -> Array:
    mix: Array = np.bincount(route, minlength=routes) / max(len(route), 1)
    return mix
