"""Reads an Envoy configuration: a bootstrap, a file of resources, or the admin's `/config_dump`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logsleuth.evidence.configuration.envoy_clusters import limits_of, read_cluster, timeouts_of
from logsleuth.evidence.configuration.envoy_logs import log_formats
from logsleuth.evidence.configuration.envoy_routes import (
    hash_keys,
    read_listener,
    read_routes,
    route_timeouts,
)
from logsleuth.evidence.configuration.intent import BalancerConfiguration
from logsleuth.evidence.configuration.nodes import Node, of_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

# Where a dump has the resources of each kind, and under which key.
_DUMPED = {
    "cluster": ("staticclusters", "dynamicactiveclusters", "dynamicwarmingclusters"),
    "listener": ("staticlisteners", "dynamiclisteners"),
    "routeconfig": ("staticrouteconfigs", "dynamicrouteconfigs"),
    "endpointconfig": ("staticendpointconfigs", "dynamicendpointconfigs"),
}
_KINDS = {
    "Cluster": "cluster",
    "Listener": "listener",
    "RouteConfiguration": "routeconfig",
    "ClusterLoadAssignment": "endpointconfig",
}


def read_envoy(text: str) -> BalancerConfiguration:
    """The configuration that the text describes, as YAML or JSON.

    Source: Envoy's API v3, `config.bootstrap.v3.Bootstrap`, `admin.v3.ConfigDump`,
    `config.cluster.v3.Cluster`, `config.endpoint.v3.ClusterLoadAssignment`,
    `config.route.v3.RouteConfiguration`.
    """
    roots, problems = of_yaml(text)
    found = [each for root in roots for each in _resources(root)]
    clusters = [node for kind, node in found if kind == "cluster"]
    assigned = {
        node.get("clustername").text or "": node
        for kind, node in found if kind == "endpointconfig"
    }  # fmt: skip
    listeners = [read_listener(node) for kind, node in found if kind == "listener"]
    tables = [node for kind, node in found if kind == "routeconfig"]
    tables += [table for listener in listeners for table in listener.tables]
    keys = hash_keys(tables)
    routes = [route for table in tables for route in read_routes(table)]
    routes += [route for listener in listeners for route in listener.routes]
    return BalancerConfiguration(
        product="envoy",
        pools=tuple(read_cluster(node, assigned, keys, problems) for node in clusters),
        routes=tuple(dict.fromkeys(routes)),
        timeouts=(
            *(timeout for node in clusters for timeout in timeouts_of(node)),
            *(timeout for listener in listeners for timeout in listener.timeouts),
            *(timeout for table in tables for timeout in route_timeouts(table)),
        ),
        limits=tuple(limit for node in clusters for limit in limits_of(node)),
        log_formats=tuple(each for root in roots for each in log_formats(root)),
        frontends=tuple(listener.frontend for listener in listeners),
        problems=tuple(problems),
    )


def _resources(root: Node) -> Iterator[tuple[str, Node]]:
    """Every resource of a document with its kind, wherever the document's kind keeps it."""
    static = root.get("static_resources")
    yield from (("cluster", node) for node in static.get("clusters").items)
    yield from (("listener", node) for node in static.get("listeners").items)
    for node in root.get("resources").items:
        kind = _KINDS.get((node.get("@type").text or "").rsplit(".", 1)[-1])
        if kind:
            yield kind, node
    for dump in root.get("configs").items:
        yield from _resources(dump.get("bootstrap"))
        for kind, places in _DUMPED.items():
            for place in places:
                yield from ((kind, _unwrapped(kind, each)) for each in dump.get(place).items)


def _unwrapped(kind: str, node: Node) -> Node:
    active = node.get("active_state")
    return (active or node).get(kind)


def looks_like_envoy(roots: list[Node]) -> bool:
    """Whether one document is all there is, and it has what only Envoy's configuration has."""
    if len(roots) != 1:
        return False
    static, root = roots[0].get("static_resources"), roots[0]
    if any(each.fields for name in ("clusters", "listeners") for each in static.get(name).items):
        return True
    types = [
        node.get("@type").text or ""
        for name in ("resources", "configs") for node in root.get(name).items
    ]  # fmt: skip
    return any("/envoy." in kind for kind in types)
