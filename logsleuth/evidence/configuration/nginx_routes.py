"""Reads where nginx sends requests: `proxy_pass` and its kin in their locations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from logsleuth.evidence.configuration.intent import Route
from logsleuth.evidence.configuration.nginx_pools import with_port
from logsleuth.evidence.configuration.nginx_scope import Scope, label_of
from logsleuth.evidence.configuration.units import names

if TYPE_CHECKING:
    from logsleuth.evidence.configuration.nginx_tree import Directive

PASSES = names("proxy_pass fastcgi_pass grpc_pass memcached_pass scgi_pass uwsgi_pass")
_SCHEME = re.compile(r"(?:(https?|grpcs?|s?uwsgi)://)?(.*)", re.DOTALL | re.IGNORECASE)
# "http://store$request_uri" leads to the upstream "store"
_OWN_URI = re.compile(r"(?<=[^/])\$(?:request_uri|uri|document_uri)\b.*", re.DOTALL)
_KINDS = {"=": "exact", "~": "regex", "~*": "regex", "^~": "prefix"}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a pass directive leads: `address` is set if that is no upstream of the file."""

    pool: str
    address: str | None
    path: str


def target_of(directive: Directive, upstreams: set[str], scope: Scope) -> Target:
    """What a pass directive names: an upstream, or a server of its own.

    Source: nginx manual, ngx_http_proxy_module "proxy_pass".
    """
    match = _SCHEME.fullmatch(directive.args[0])
    scheme, rest = (match[1] or "", match[2]) if match else ("", directive.args[0])
    host, path = _split(_OWN_URI.sub("", rest))
    if "$" in host:
        return Target(rest, None, "")
    if host in upstreams or not _is_address(host, scope):
        return Target(host, None, path)
    port = 443 if scheme.lower() in {"https", "grpcs"} else 80
    address = with_port(host, port)
    return Target(address, address, path)


def route_of(directive: Directive, target: Target, scope: Scope) -> Route:
    """The route that a pass directive makes.

    Source: nginx manual, ngx_http_core_module "location"; ngx_http_rewrite_module "rewrite".
    """
    matcher, kind, values = _matcher(scope)
    rewrites = list(scope.rewrites)
    if target.path and directive.name == "proxy_pass":
        rewrites.append(f"{values[0] if values else '/'} => {target.path}")
    return Route(
        matcher=matcher,
        kind=kind,
        values=values,
        pool=target.pool,
        rewrite="; ".join(rewrites) or None,
        line=directive.line,
        host=scope.host,
        file=directive.file,
    )


def _split(rest: str) -> tuple[str, str]:
    if rest.startswith("unix:"):
        path, colon, uri = rest.removeprefix("unix:").partition(":")
        return f"unix:{path}", uri if colon else ""
    host, slash, path = rest.partition("/")
    return host, slash + path


def _is_address(host: str, scope: Scope) -> bool:
    # A bare word is the name of an upstream in another file more often than that of a machine.
    whole_file = scope.inside("http") or scope.inside("stream")
    return whole_file or any(mark in host for mark in ".:") or host == "localhost"


def _matcher(scope: Scope) -> tuple[str, str, tuple[str, ...]]:
    block = scope.blocks[-1] if scope.blocks else None
    if block is not None and block.name == "if":
        return label_of(block), "acl", tuple(block.args)
    location = scope.block("location")
    if location is None:
        return scope.label, "default", ()
    modifier, pattern = _location(location.args)
    value = f"(?i){pattern}" if modifier == "~*" else pattern
    return label_of(location), _kind(modifier, pattern), (value,)


def _location(args: list[str]) -> tuple[str, str]:
    if len(args) > 1:
        return args[0], args[1]
    # nginx also takes the modifier without a space: "location =/ping", "location ~\.php$"
    match = re.match(r"(=|~\*|~|\^~)?(.*)", args[0] if args else "/", re.DOTALL)
    return (match[1] or "", match[2]) if match else ("", "/")


def _kind(modifier: str, pattern: str) -> str:
    if modifier in _KINDS:
        return _KINDS[modifier]
    if pattern.startswith("@"):
        return "named"
    return "default" if pattern == "/" else "prefix"
