"""Reads Traefik's services as pools: servers, weights, sticky cookies, and services of services."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from logsleuth.evidence.configuration.intent import Limit, Pool, Server, Timeout
from logsleuth.evidence.configuration.units import go_seconds, whole

if TYPE_CHECKING:
    from logsleuth.evidence.configuration.nodes import Node

_URL = re.compile(r"(?:(\w+)://)?([^/]+)", re.ASCII)
_PORT = re.compile(r":\d+$", re.ASCII)
_ALGORITHMS = {"wrr": "round-robin", "p2c": "random", "hrw": "source", "leasttime": "least-time"}


def read_service(name: str, node: Node, part: Node, problems: list[str]) -> Pool:
    """The pool that a service describes; one that weighs services has these as its servers.

    Source: Traefik's manual, "Services": `loadBalancer`, `weighted`, `mirroring`, `failover`.

    Args:
        name: the service's name, without its provider.
        node: the service.
        part: `http` or `tcp`, where its transport is named.
        problems: what could not be read is added to it.
    """
    balancer = node.get("loadBalancer")
    if balancer:
        servers = tuple(_server(each, balancer, problems) for each in balancer.get("servers").items)
    else:
        servers = tuple(_services(node, problems))
    strategy = (balancer.get("strategy").text or "wrr").lower()
    sticky = balancer.get("sticky") if balancer else node.get("weighted", "sticky")
    has_sticky = (balancer or node.get("weighted")).has("sticky")
    cookie = sticky.get("cookie", "name").text
    affinity = f"cookie {cookie or ''}".strip() if has_sticky else None
    algorithm = _ALGORITHMS.get(strategy, strategy)
    return Pool(
        name=name,
        algorithm=algorithm,
        key="client address" if algorithm == "source" else affinity,
        servers=servers,
        line=node.line,
        limits=_limits(name, balancer),
        timeouts=_timeouts(name, balancer, part),
        check=_check(balancer),
        affinity=affinity,
    )


def _server(node: Node, balancer: Node, problems: list[str]) -> Server:
    place = node.get("url") or node.get("address")
    if not place.text:
        problems.append(f"line {node.line}: the server lacks a url")
    return Server(
        name=None,
        address=address_of(place.text or ""),
        weight=_weight(node, problems),
        checked=balancer.has("healthCheck"),
        line=place.line,
    )


def _weight(node: Node, problems: list[str]) -> int:
    given = node.get("weight")
    weight = whole(given.text or "1")
    if weight is None:
        problems.append(f'line {given.line}: weight of "{(given.text or "")[:40]}" is no number')
        return 1
    return weight


def address_of(url: str) -> str:
    """The host and port of a server's URL, as Traefik's logs show it."""
    match = _URL.match(url)
    if not match:
        return url
    host = match[2]
    if _PORT.search(host.rpartition("]")[2]) or match[1] is None:
        return host
    return f"{host}:{443 if match[1].lower() == 'https' else 80}"


def _services(node: Node, problems: list[str]) -> list[Server]:
    """Services as servers; a fallback steps in for the service before it, a mirror gets copies."""
    weighted = node.get("weighted", "services").items
    failover, mirrored = node.get("failover"), node.get("mirroring", "service")
    return [
        *(_of_service(each.get("name"), weight=_weight(each, problems)) for each in weighted),
        *(
            _of_service(failover.get(key), backup=key == "fallback")
            for key in ("service", "fallback")
            if failover.get(key).text
        ),
        *([_of_service(mirrored)] if mirrored.text else []),
    ]


def _of_service(name: Node, weight: int = 1, *, backup: bool = False) -> Server:
    text = name.text or ""
    return Server(name=text, address=text, weight=weight, backup=backup, line=name.line)


def _limits(name: str, balancer: Node) -> tuple[Limit, ...]:
    passive = balancer.get("passiveHealthCheck", "maxFailedAttempts")
    scope = f"service {name}"
    return (Limit("maxFailedAttempts", passive.text, passive.line, scope),) if passive.text else ()


def _timeouts(name: str, balancer: Node, part: Node) -> tuple[Timeout, ...]:
    """Those of the transport that the service names, and of its health check."""
    transport = balancer.get("serversTransport").text
    limits = part.get("serversTransports", transport or "-").get("forwardingTimeouts")
    told = [(key, value) for key, value in limits.named()]
    check = balancer.get("healthCheck", "timeout")
    told += [("healthCheck timeout", check)] if check.text else []
    seconds = [(key, go_seconds(value.text or ""), value.line) for key, value in told]
    return tuple(Timeout(k, s, line, f"service {name}") for k, s, line in seconds if s is not None)


def _check(balancer: Node) -> str | None:
    path = balancer.get("healthCheck", "path").text
    return f"http {path}" if path else "health check" if balancer.has("healthCheck") else None
