"""The dimensions that requests are told apart by: server, route, client, release, and so on."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.statements import sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.traffic import Array, Traffic

_ORIGINS: Final = ("", "no server was chosen", "the balancer itself", "passed on from a server")
_BITS: Final = {4: 24, 6: 64}


@dataclass(frozen=True, eq=False)
class Dimension:
    """A number for each request, into the names of the values; the empty name is unknown."""

    name: str
    codes: Array
    names: tuple[str, ...]


def places(facts: Facts) -> tuple[Dimension, ...]:
    """Where requests went, who sent them and what served them: what may be to blame."""
    found = (*_releases(facts), *_agents(facts))
    return of_traffic(facts.traffic) + tuple(filter(_tells_apart, found))


def of_traffic(traffic: Traffic) -> tuple[Dimension, ...]:
    """The dimensions that the balancer's requests have by themselves."""
    found = (
        Dimension("server", traffic.first_server, traffic.servers),
        Dimension("pool", traffic.pool, traffic.pools),
        Dimension("route", traffic.route, traffic.routes),
        Dimension("client", traffic.client, traffic.clients),
        _grouped("client network", traffic.client, [network(c) for c in traffic.clients]),
        _grouped("method", traffic.route, [method(route) for route in traffic.routes]),
    )
    return tuple(filter(_tells_apart, found))


def outcomes(facts: Facts) -> tuple[Dimension, ...]:
    """What became of the requests: it describes the harm and can't be to blame for it."""
    found = (_statuses(facts), _origins(facts), _complaints(facts))
    return tuple(dimension for dimension in found if any(dimension.names))


def network(client: str) -> str:
    """The /24 or /64 that an address is in; empty for what is no address."""
    octets = client.split(".")
    if len(octets) == 4 and client.isascii() and all(part.isdigit() for part in octets):
        return ".".join(octets[:3]) + ".0/24"
    try:
        address = ip_address(client)
    except ValueError:
        return ""
    return str(ip_network(f"{address}/{_BITS[address.version]}", strict=False))


def method(route: str) -> str:
    """The method that a route is written with, `GET /cart`; empty where there is none."""
    word, space, _ = route.partition(" ")
    return word if space and word.isalpha() and word.isupper() else ""


def _tells_apart(dimension: Dimension) -> bool:
    return sum(map(bool, dimension.names)) > 1


def _grouped(name: str, codes: Array, labels: Sequence[str]) -> Dimension:
    """A dimension of which each value is a group of another's values."""
    if not labels:
        return Dimension(name, codes, ())
    names, group = np.unique(np.array(labels, dtype=object), return_inverse=True)
    return Dimension(name, group[codes], tuple(names.tolist()))


def _agents(facts: Facts) -> Iterator[Dimension]:
    facts.case.prepare(sql("agents"))
    names = [family for _, family in facts.case.rows(sql("agent_names"))]
    if len(names) > 1:
        codes = facts.case.arrays(sql("agent_rows"))["code"]
        yield Dimension("user agent", np.asarray(codes), ("", *names))


def _releases(facts: Facts) -> Iterator[Dimension]:
    [[count]] = facts.case.rows(sql("release_count"))
    if count > 1:
        facts.case.prepare(sql("releases"))
        names = [row[0] for row in facts.case.rows(sql("release_names"))]
        codes = facts.case.arrays(sql("release_rows"))["code"]
        yield Dimension("release", np.asarray(codes), ("", *names))


def _statuses(facts: Facts) -> Dimension:
    traffic, slow = facts.traffic, facts.badness.slow
    # As np.unique would, without sorting a million numbers for a dozen values.
    there = np.bincount(traffic.status) > 0
    values, codes = np.flatnonzero(there), (np.cumsum(there) - 1)[traffic.status]
    names = [str(status) if status else "no status" for status in values.tolist()]
    slow_names = [f"{name}, slow" for name in names]
    return Dimension("status", codes + len(names) * slow, (*names, *slow_names))


def _origins(facts: Facts) -> Dimension:
    found = facts.case.arrays(sql("origins"), _bounds(facts))
    codes = np.zeros(len(facts.traffic), dtype=np.int64)
    codes[np.asarray(found["position"])] = np.asarray(found["origin"])
    return Dimension("status origin", codes, _ORIGINS)


def _complaints(facts: Facts) -> Dimension:
    rows = facts.case.rows(sql("complaints"), _bounds(facts))
    names = ("", *_distinct(shape for _, shape in rows))
    number = {name: code for code, name in enumerate(names)}
    codes = np.zeros(len(facts.traffic), dtype=np.int64)
    for position, shape in rows:
        codes[position] = number[shape]
    return Dimension("message", codes, names)


def _distinct(texts: Iterable[str | None]) -> list[str]:
    return sorted({text for text in texts if text})


def _bounds(facts: Facts) -> dict[str, float]:
    return {"onset": facts.window.onset, "stop": facts.window.stop}
