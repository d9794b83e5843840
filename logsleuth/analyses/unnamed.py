"""Requests whose log names no pool, given to the pool that other lines name with their servers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from logsleuth.analyses.traffic import Array

# Servers whose routes overlap by as much serve the same.
_ALIKE: Final = 0.5


def groups(first_server: Array, route: Array, servers: Sequence[str]) -> Iterator[Array]:
    """Yield the codes of servers that serve the same routes: each group is one pool."""
    seen = np.unique(first_server)
    codes = seen[[bool(servers[c]) for c in seen]]
    if not len(codes):
        return
    routes = int(route.max()) + 1
    cells = np.bincount(
        first_server.astype(np.int64) * routes + route, minlength=len(servers) * routes
    )
    for group in _alike(cells.reshape(len(servers), routes)[codes]):
        yield codes[group]


def _alike(table: Array) -> list[list[int]]:
    """Rows whose mix of routes overlaps by half or more belong together."""
    mix = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    found: list[list[int]] = []
    for row in range(len(mix)):
        home = next(
            (g for g in found if np.minimum(mix[row], mix[g].mean(axis=0)).sum() >= _ALIKE), None
        )
        if home is None:
            found.append([row])
        else:
            home.append(row)
    return found


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
