"""Reads which requests Traefik sends to which service: routers, their rules and middlewares."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from logsleuth.evidence.configuration.intent import Limit, Route

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logsleuth.evidence.configuration.nodes import Node

_MATCHER = re.compile(r"(!?)\s*\b(\w+)\(([^()]*)\)", re.ASCII)
_VALUE = re.compile(r"`([^`]*)`|\"([^\"]*)\"|'([^']*)'")
_KINDS = {"PathPrefix": "prefix", "Path": "exact", "PathRegexp": "regex"}
_HOSTS = frozenset({"Host", "HostRegexp", "HostSNI", "HostHeader"})
_DEEP = 8
_LIMITS = (
    ("rateLimit", "average"),
    ("rateLimit", "burst"),
    ("rateLimit", "period"),
    ("inFlightReq", "amount"),
    ("inFlightConn", "amount"),
    ("retry", "attempts"),
    ("buffering", "maxRequestBodyBytes"),
    ("circuitBreaker", "expression"),
)


def read_router(name: str, router: Node, part: Node) -> Iterator[Route]:
    """The routes of a router, one for each kind of path that its rule names.

    A rule that isn't only of paths and hosts becomes a condition of kind "acl". Source: Traefik's
    manual, "Routers", "Rule", and the middlewares' pages.
    """
    service, rule = router.get("service"), router.get("rule")
    if not service.text:
        return
    text = rule.text or ""
    host = _hosts(text)
    for kind, values in _paths(text):
        yield Route(
            matcher=text or f"router {name}",
            kind=kind,
            values=values,
            pool=service.text.split("@")[0],
            rewrite=_rewrite(router, part),
            line=rule.line if rule.text else service.line,
            host=host,
        )


def _paths(rule: str) -> list[tuple[str, tuple[str, ...]]]:
    found: dict[str, list[str]] = {}
    for negated, name, arguments in _MATCHER.findall(rule):
        if negated or name not in {*_KINDS, *_HOSTS}:
            return [("acl", (rule,))]
        if name in _KINDS:
            found.setdefault(_KINDS[name], []).extend(_values(arguments))
    if not found:
        return [("default", ())]
    return [(kind, tuple(values)) for kind, values in found.items()]


def _values(arguments: str) -> list[str]:
    return ["".join(match) for match in _VALUE.findall(arguments)]


def _hosts(rule: str) -> str | None:
    hosts = [
        value for negated, name, arguments in _MATCHER.findall(rule)
        if name in _HOSTS and not negated for value in _values(arguments)
    ]  # fmt: skip
    return " ".join(host for host in hosts if host != "*") or None


def _rewrite(router: Node, part: Node) -> str | None:
    names = [each.text or "" for each in router.get("middlewares").items]
    told = [text for name in names for text in _rewrites(name, part, 0)]
    return "; ".join(dict.fromkeys(told)) or None


def _rewrites(name: str, part: Node, depth: int) -> Iterator[str]:
    middleware = part.get("middlewares", name.split("@")[0])
    if depth > _DEEP:  # chains may lead back to themselves
        return
    for prefix in middleware.get("stripPrefix", "prefixes").items:
        yield f"{prefix.text} => /"
    for pattern in middleware.get("stripPrefixRegex", "regex").items:
        yield f"{pattern.text} => /"
    added = middleware.get("addPrefix", "prefix").text
    if added:
        yield f"/ => {added}"
    path = middleware.get("replacePath", "path").text
    if path:
        yield path
    replaced = middleware.get("replacePathRegex")
    if replaced.get("regex").text:
        yield f"{replaced.get('regex').text} => {replaced.get('replacement').text or ''}"
    for each in middleware.get("chain", "middlewares").items[:_DEEP]:
        yield from _rewrites(each.text or "", part, depth + 1)


def limits_of(name: str, middleware: Node) -> Iterator[Limit]:
    """What a middleware turns away or tries again.

    Source: Traefik's manual, "RateLimit", "InFlightReq", "Retry", "Buffering", "CircuitBreaker".
    """
    for kind, setting in _LIMITS:
        node = middleware.get(kind, setting)
        if node.text:
            yield Limit(f"{kind} {setting}", node.text, node.line, f"middleware {name}")
