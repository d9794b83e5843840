"""Reads a Traefik configuration: the file provider's dynamic one, the static one, or both."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from logsleuth.evidence.configuration.intent import (
    BalancerConfiguration,
    Frontend,
    Limit,
    Timeout,
)
from logsleuth.evidence.configuration.nodes import Node, of_toml, of_yaml
from logsleuth.evidence.configuration.traefik_routes import limits_of, read_router
from logsleuth.evidence.configuration.traefik_services import read_service
from logsleuth.evidence.configuration.units import go_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOML = re.compile(r"^[ \t]*\[{1,2}[\w.\"'-]+\]{1,2}[ \t]*(?:#.*)?\r?$", re.MULTILINE)
_STATIC = ("providers", "api", "accessLog", "log", "certificatesResolvers", "ping", "metrics")


def read_traefik(text: str) -> BalancerConfiguration:
    """The configuration that the text describes, as YAML, JSON or TOML.

    Source: Traefik's manual, "Routing & Load Balancing" for routers, services and middlewares,
    "EntryPoints", and "ServersTransport".
    """
    roots, problems = trees(text)
    pools, routes, limits, timeouts, entrances = [], [], [], [], []
    for root in roots:
        for kind in ("http", "tcp"):
            part = root.get(kind)
            pools += [
                read_service(name, node, part, problems)
                for name, node in part.get("services").named()
            ]
            routes += [
                route
                for name, node in part.get("routers").named()
                for route in read_router(name, node, part)
            ]
            limits += list(_limits(part))
            timeouts += list(_forwarding(part))
        timeouts += list(_forwarding(root))
        entrances += [_frontend(name, node) for name, node in root.get("entryPoints").named()]
    return BalancerConfiguration(
        product="traefik",
        pools=tuple(pools),
        routes=tuple(routes),
        timeouts=(*timeouts, *(t for entrance in entrances for t in entrance.timeouts)),
        limits=tuple(limits),
        frontends=tuple(entrances),
        problems=tuple(problems),
    )


def trees(text: str) -> tuple[list[Node], list[str]]:
    """The documents of the text, which is TOML where a line is a table's header."""
    return of_toml(text) if _TOML.search(text) else of_yaml(text)


def _limits(part: Node) -> Iterator[Limit]:
    for name, middleware in part.get("middlewares").named():
        yield from limits_of(name, middleware)


def _forwarding(part: Node) -> Iterator[Timeout]:
    """How long Traefik waits for servers; the static configuration has one for all."""
    transports = [*part.get("serversTransports").named(), ("", part.get("serversTransport"))]
    for name, transport in transports:
        scope = f"serversTransport {name}".strip()
        yield from _timeouts(transport.get("forwardingTimeouts"), scope)


def _timeouts(node: Node, scope: str) -> Iterator[Timeout]:
    for name, value in node.named():
        seconds = go_seconds(value.text or "")
        if seconds is not None:
            yield Timeout(name, seconds, value.line, scope)


def _frontend(name: str, node: Node) -> Frontend:
    responding = node.get("transport", "respondingTimeouts")
    return Frontend(
        name=name,
        binds=(node.get("address").text or "",),
        mode="http",
        log_format=None,
        line=node.line,
        timeouts=tuple(_timeouts(responding, f"entryPoint {name}")),
    )


def looks_like_traefik(roots: list[Node]) -> bool:
    """Whether one document is all there is, and it has what only Traefik's configuration has."""
    if len(roots) != 1:
        return False
    root = roots[0]
    for part in (root.get("http"), root.get("tcp")):
        services = [node for _, node in part.get("services").named()]
        if any(n.get("loadBalancer", "servers").items or n.get("weighted") for n in services):
            return True
        routers = [node for _, node in part.get("routers").named()]
        if any(node.get("rule").text and node.get("service").text for node in routers):
            return True
    entrances = [node for _, node in root.get("entryPoints").named()]
    return any(e.get("address").text for e in entrances) and any(map(root.has, _STATIC))
