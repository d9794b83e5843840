"""Reads Envoy's clusters as pools: endpoints, weights, priorities, limits and health checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logsleuth.evidence.configuration.intent import Limit, Pool, Server, Timeout
from logsleuth.evidence.configuration.units import go_seconds, whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from logsleuth.evidence.configuration.nodes import Node

_ALGORITHMS = {
    "ROUND_ROBIN": "round-robin",
    "LEAST_REQUEST": "least-conn",
    "RANDOM": "random",
    "RING_HASH": "hash",
    "MAGLEV": "hash",
}
_OUT = frozenset({"UNHEALTHY", "DRAINING", "TIMEOUT"})
_THRESHOLDS = (
    "max_connections",
    "max_pending_requests",
    "max_requests",
    "max_retries",
    "max_connection_pools",
)
_EJECTION = (
    "consecutive_5xx",
    "consecutive_gateway_failure",
    "max_ejection_percent",
    "base_ejection_time",
    "interval",
)
# Localities share by weight, and their endpoints within them: in whole numbers as fine as this.
_FINE = 1000


def read_cluster(
    node: Node, assigned: Mapping[str, Node], keys: Mapping[str, str], problems: list[str]
) -> Pool:
    """The pool that a cluster describes.

    Source: Envoy's `config.cluster.v3.Cluster`, `config.endpoint.v3.LocalityLbEndpoints`; the
    manual's "Priority levels", "Locality weighted load balancing" and "Slow start".

    Args:
        node: the cluster.
        assigned: endpoints that are told elsewhere, by the name of their service.
        keys: what routes hash by, by cluster.
        problems: what could not be read is added to it.
    """
    name = node.get("name").text or ""
    service = node.get("eds_cluster_config", "service_name").text or name
    endpoints = node.get("load_assignment") or assigned.get(service) or node.get("load_assignment")
    policy = _policy(node)
    servers = tuple(_servers(node, endpoints, problems))
    if not servers:
        problems.append(f"line {node.line}: no endpoint of cluster {name[:80]} in this file")
    return Pool(
        name=name,
        algorithm=_ALGORITHMS.get(policy, policy.lower().replace("_", "-")),
        key=keys.get(name) if policy in {"RING_HASH", "MAGLEV"} else None,
        servers=servers,
        line=node.line,
        limits=limits_of(node),
        timeouts=timeouts_of(node),
        check=_check(node),
        consistent=policy in {"RING_HASH", "MAGLEV"},
    )


def _policy(node: Node) -> str:
    """`lb_policy`, or the extension that newer configurations name instead."""
    for each in node.get("load_balancing_policy", "policies").items:
        name = each.get("typed_extension_config", "name").text or ""
        if name:
            return name.rsplit(".", 1)[-1].upper()
    return node.get("lb_policy").text or "ROUND_ROBIN"


def _servers(cluster: Node, endpoints: Node, problems: list[str]) -> Iterator[Server]:
    weighted = cluster.get("common_lb_config").has("locality_weighted_lb_config")
    for locality in endpoints.get("endpoints").items:
        members = locality.get("lb_endpoints").items
        inside = [_weight(each, problems) for each in members]
        outside = _weight(locality, problems)
        for member, weight in zip(members, inside, strict=True):
            share = round(_FINE * outside * weight / max(sum(inside), 1)) if weighted else weight
            yield _server(cluster, locality, member, share)


def _weight(node: Node, problems: list[str]) -> int:
    given = node.get("load_balancing_weight")
    text = given.text or given.get("value").text or "1"
    weight = whole(text)
    if weight is None:
        problems.append(f'line {given.line}: weight of "{text[:40]}" is not a number')
        return 1
    return weight


def _server(cluster: Node, locality: Node, member: Node, weight: int) -> Server:
    endpoint = member.get("endpoint")
    ejection = cluster.get("outlier_detection")
    priority = whole(locality.get("priority").text or "0") or 0
    failures = whole(ejection.get("consecutive_5xx").text or "5")
    return Server(
        name=None,
        address=address_of(endpoint.get("address")),
        weight=weight,
        backup=priority > 0,
        down=(member.get("health_status").text or "") in _OUT,
        checked=bool(cluster.get("health_checks").items),
        max_fails=failures if ejection else None,
        fail_timeout_s=_ejected_s(ejection) if ejection else None,
        slow_start_s=_slow_start(cluster),
        line=endpoint.get("address").line if endpoint else member.line,
    )


def _ejected_s(ejection: Node) -> float | None:
    return go_seconds(ejection.get("base_ejection_time").text or "30s")


def _slow_start(cluster: Node) -> float | None:
    for name in ("round_robin_lb_config", "least_request_lb_config"):
        window = cluster.get(name, "slow_start_config", "slow_start_window").text
        if window:
            return go_seconds(window)
    return None


def address_of(node: Node) -> str:
    """An address as Envoy's logs show it: host:port, [v6]:port or a socket's path."""
    pipe = node.get("pipe", "path").text
    if pipe:
        return f"unix:{pipe}"
    host = node.get("socket_address", "address").text or ""
    port = node.get("socket_address", "port_value").text
    host = f"[{host}]" if ":" in host else host
    return f"{host}:{port}" if port else host


def timeouts_of(cluster: Node) -> tuple[Timeout, ...]:
    """The times after which Envoy gives up on a cluster's connections."""
    found = []
    scope = f"cluster {cluster.get('name').text or ''}"
    for name in ("connect_timeout", "idle_timeout"):
        node = cluster.get(name) or cluster.get("common_http_protocol_options", name)
        seconds = go_seconds(node.text or "")
        if seconds is not None:
            found.append(Timeout(name, seconds, node.line, scope))
    return tuple(found)


def limits_of(cluster: Node) -> tuple[Limit, ...]:
    """Circuit breakers and outlier detection: what makes Envoy turn requests or servers away.

    Source: Envoy's `config.cluster.v3.CircuitBreakers` and `OutlierDetection`.
    """
    scope, found = f"cluster {cluster.get('name').text or ''}", []
    for threshold in cluster.get("circuit_breakers", "thresholds").items:
        priority = threshold.get("priority").text
        suffix = f" ({priority})" if priority and priority != "DEFAULT" else ""
        for name in _THRESHOLDS:
            node = threshold.get(name)
            if node.text:
                found.append(Limit(name + suffix, node.text, node.line, scope))
    for name in _EJECTION:
        node = cluster.get("outlier_detection", name)
        if node.text:
            found.append(Limit(f"outlier_detection {name}", node.text, node.line, scope))
    return tuple(found)


def _check(cluster: Node) -> str | None:
    for check in cluster.get("health_checks").items:
        path = check.get("http_health_check", "path").text
        if path:
            return f"http {path}"
        kinds = [name for name, _ in check.named() if name.endswith("_health_check")]
        return kinds[0].removesuffix("_health_check") if kinds else "health check"
    return None
