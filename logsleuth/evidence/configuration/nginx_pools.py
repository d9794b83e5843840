"""Reads nginx `upstream` blocks, and makes pools of servers that are passed to directly."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from logsleuth.evidence.configuration.intent import Pool, Server
from logsleuth.evidence.configuration.units import nginx_seconds, whole

if TYPE_CHECKING:
    from logsleuth.evidence.configuration.nginx_tree import Directive

_PORT = re.compile(r":\d+$", re.ASCII)
_WHOLE = {"weight", "max_conns", "max_fails"}
_TIMES = {"fail_timeout", "slow_start"}
_ALGORITHMS = {
    "least_conn": "least-conn",
    "ip_hash": "ip-hash",
    "hash": "hash",
    "random": "random",
    "least_time": "least-time",
}


def read_upstream(upstream: Directive, problems: list[str]) -> Pool:
    """The pool that an `upstream` block describes.

    Source: nginx manual, ngx_http_upstream_module.
    """
    block = upstream.block or []
    algorithm, key, consistent = _algorithm(block)
    affinity = _affinity(block)
    return Pool(
        name=upstream.args[0] if upstream.args else "",
        algorithm=algorithm,
        key=key or affinity,
        servers=tuple(
            _server(each, problems) for each in block if each.name == "server" and each.args
        ),
        line=upstream.line,
        check=next((_text(each) for each in block if each.name == "check"), None),
        affinity=affinity,
        consistent=consistent,
    )


def direct_pool(address: str, passing: Directive) -> Pool:
    """The pool of one server that a `proxy_pass` to an address implies."""
    line, file = passing.line, passing.file
    server = Server(
        name=None, address=address, max_fails=1, fail_timeout_s=10.0, line=line, file=file
    )
    return Pool(name=address, algorithm="round-robin", key=None, servers=(server,), line=line)


def with_port(address: str, port: int = 80) -> str:
    """The address as nginx's $upstream_addr shows it: with a port, unless it is a socket."""
    if address.startswith("unix:") or _PORT.search(address.rpartition("]")[2]):
        return address
    return f"{address}:{port}"


def _algorithm(block: list[Directive]) -> tuple[str, str | None, bool]:
    for each in block:
        if each.name in _ALGORITHMS:
            consistent = each.name == "hash" and "consistent" in each.args[1:]
            return _ALGORITHMS[each.name], _key(each), consistent
    return "round-robin", None, False


def _key(directive: Directive) -> str | None:
    if directive.name == "ip_hash":
        return "client address"
    return directive.args[0] if directive.name == "hash" and directive.args else None


def _affinity(block: list[Directive]) -> str | None:
    for each in block:
        if each.name == "sticky":
            method, *rest = each.args or ["cookie"]
            return f"{method} {rest[0]}" if rest else method
    return None


def _server(directive: Directive, problems: list[str]) -> Server:
    address, *rest = directive.args
    said = dict(word.partition("=")[::2] for word in rest)
    numbers = {name: _number(name, said, directive, problems) for name in _WHOLE}
    times = {name: _time(name, said, directive, problems) for name in _TIMES}
    max_fails, fail_timeout = numbers["max_fails"], times["fail_timeout"]
    if numbers["weight"] == 0:
        problems.append(f"{directive.where}: weight=0 is not allowed, read as 1")
    return Server(
        name=None,
        address=with_port(address),
        weight=numbers["weight"] or 1,
        backup="backup" in said,
        # a drained server keeps its bound sessions and gets no new ones
        down="down" in said or "drain" in said,
        max_conns=numbers["max_conns"] or None,
        max_fails=1 if max_fails is None else max_fails,
        fail_timeout_s=10.0 if fail_timeout is None else fail_timeout,
        slow_start_s=times["slow_start"] or None,
        cookie=said.get("route"),
        line=directive.line,
        file=directive.file,
    )


def _number(name: str, said: dict[str, str], where: Directive, problems: list[str]) -> int | None:
    number = whole(said[name]) if name in said else None
    if name in said and number is None:
        problems.append(f'{where.where}: {name} of "{said[name][:40]}" is not a number')
    return number


def _time(name: str, said: dict[str, str], where: Directive, problems: list[str]) -> float | None:
    seconds = nginx_seconds(said[name]) if name in said else None
    if name in said and seconds is None:
        problems.append(f'{where.where}: {name} of "{said[name][:40]}" is not a time')
    return seconds


def _text(directive: Directive) -> str:
    return " ".join([directive.name, *directive.args])
