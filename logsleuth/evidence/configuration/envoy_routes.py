"""Reads which requests Envoy sends to which cluster: listeners, virtual hosts and their routes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from logsleuth.evidence.configuration.envoy_clusters import address_of
from logsleuth.evidence.configuration.intent import Frontend, Route, Timeout
from logsleuth.evidence.configuration.units import go_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logsleuth.evidence.configuration.nodes import Node

_KINDS = {
    "prefix": "prefix",
    "path_separated_prefix": "prefix",
    "path": "exact",
    "safe_regex": "regex",
    "regex": "regex",
}
_TIMEOUTS = ("timeout", "idle_timeout")
_LISTENER_TIMEOUTS = ("request_timeout", "stream_idle_timeout", "request_headers_timeout")


@dataclass(frozen=True, slots=True)
class Listener:
    """What a listener holds: its entrance, its tables of routes, and routes without conditions."""

    frontend: Frontend
    tables: tuple[Node, ...]
    routes: tuple[Route, ...]
    timeouts: tuple[Timeout, ...]


def read_listener(node: Node) -> Listener:
    """What a listener's filters do with requests.

    Source: Envoy's `config.listener.v3.Listener`, `HttpConnectionManager`, `TcpProxy`.
    """
    name = node.get("name").text or address_of(node.get("address"))
    chains = [*node.get("filter_chains").items, node.get("default_filter_chain")]
    filters = [each.get("typed_config") for chain in chains for each in chain.get("filters").items]
    tables = tuple(each.get("route_config") for each in filters if each.get("route_config"))
    timeouts = tuple(
        timeout for each in filters for timeout in _timeouts(each, _LISTENER_TIMEOUTS, name)
    )
    http = any(each.get("route_config") or each.get("rds") for each in filters)
    return Listener(
        frontend=Frontend(
            name=name,
            binds=(address_of(node.get("address")),),
            mode="http" if http else "tcp",
            log_format=None,
            line=node.line,
            timeouts=timeouts,
        ),
        tables=tables,
        routes=tuple(_passed(each, name) for each in filters if each.get("cluster").text),
        timeouts=timeouts,
    )


def _passed(filter_: Node, name: str) -> Route:
    cluster = filter_.get("cluster")
    return Route(f"listener {name}", "default", (), cluster.text or "", None, cluster.line)


def _timeouts(node: Node, names: tuple[str, ...], scope: str) -> Iterator[Timeout]:
    for name in names:
        told = node.get(name)
        seconds = go_seconds(told.text or "")
        if seconds is not None:
            yield Timeout(name, seconds, told.line, scope)


def read_routes(table: Node) -> Iterator[Route]:
    """The routes of a table, one for each cluster that a weighted one shares out to.

    Source: Envoy's `config.route.v3.RouteMatch` and `RouteAction`.
    """
    for host in table.get("virtual_hosts").items:
        domains = [each.text for each in host.get("domains").items if each.text not in {"*", None}]
        for route in host.get("routes").items:
            for target in _targets(route.get("route")):
                yield _route(route, target, " ".join(filter(None, domains)) or None)


def _targets(action: Node) -> list[Node]:
    cluster = action.get("cluster")
    if cluster.text:
        return [cluster]
    shared = action.get("weighted_clusters", "clusters").items
    return [each.get("name") for each in shared if each.get("name").text]


def _route(route: Node, target: Node, host: str | None) -> Route:
    match, action = route.get("match"), route.get("route")
    written = next(((name, match.get(name)) for name in _KINDS if match.get(name)), None)
    name, value = written or ("prefix", match)
    text = value.text or value.get("regex").text or ""
    conditions = [n for n in ("headers", "query_parameters") if match.get(n).items]
    kind = "acl" if conditions or written is None else _KINDS[name]
    if kind == "prefix" and text in {"/", ""}:
        kind, text = "default", ""
    return Route(
        matcher=f"{name} {text or '/'}" + "".join(f", {each}" for each in conditions),
        kind=kind,
        values=(text,) if text else (),
        pool=target.text or "",
        rewrite=_rewrite(name, text, action),
        line=target.line,
        host=host,
    )


def _rewrite(name: str, text: str, action: Node) -> str | None:
    prefix = action.get("prefix_rewrite").text
    if prefix:
        return f"{text or '/'} => {prefix}" if name != "path" else prefix
    pattern = action.get("regex_rewrite", "pattern", "regex").text
    if pattern:
        return f"{pattern} => {action.get('regex_rewrite', 'substitution').text or ''}"
    return None


def route_timeouts(table: Node) -> Iterator[Timeout]:
    """The time limits of a table's routes, and of the clusters that they lead to."""
    for host in table.get("virtual_hosts").items:
        for route in host.get("routes").items:
            targets = _targets(route.get("route"))
            scope = f"route to {targets[0].text}" if targets else "route"
            yield from _timeouts(route.get("route"), _TIMEOUTS, scope)


def hash_keys(tables: list[Node]) -> dict[str, str]:
    """By cluster, what its routes hash by: the client's address, a header, a cookie.

    Source: Envoy's `RouteAction.HashPolicy`.
    """
    keys: dict[str, str] = {}
    for table in tables:
        for host in table.get("virtual_hosts").items:
            for route in host.get("routes").items:
                policies = route.get("route", "hash_policy").items
                told = ", ".join(filter(None, map(_key, policies)))
                for target in _targets(route.get("route")) if told else ():
                    keys.setdefault(target.text or "", told)
    return keys


def _key(policy: Node) -> str | None:
    if policy.get("connection_properties", "source_ip").text == "true":
        return "client address"
    header = policy.get("header", "header_name").text
    if header:
        return "path" if header == ":path" else f"header {header}"
    cookie = policy.get("cookie", "name").text
    return f"cookie {cookie}" if cookie else None
