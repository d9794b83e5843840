"""Reads an nginx configuration, whole or a piece of one."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from logsleuth.evidence.configuration.intent import (
    BalancerConfiguration,
    Frontend,
    Limit,
    LogFormat,
    Pool,
    Route,
    Timeout,
)
from logsleuth.evidence.configuration.nginx_includes import Included, expanded
from logsleuth.evidence.configuration.nginx_pools import direct_pool, read_upstream
from logsleuth.evidence.configuration.nginx_routes import PASSES, route_of, target_of
from logsleuth.evidence.configuration.nginx_scope import (
    Scope,
    entered,
    is_timeout,
    label_of,
    limit_of,
    server_names,
    settled,
    timeout_of,
    walk,
)
from logsleuth.evidence.configuration.nginx_tree import Directive, tree

if TYPE_CHECKING:
    from collections.abc import Iterable

_COMBINED = (
    '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent'
    ' "$http_referer" "$http_user_agent"'
)
# Files that come with nginx and never hold a pool or a route.
_HARMLESS = re.compile(r"(mime\.types|_params|fastcgi\.conf|modules-enabled/\*\.conf)$")
_Walked = list[tuple[Directive, Scope]]
_Settings = list[tuple[Directive, str]]


def read_nginx(text: str, included: Included | None = None) -> BalancerConfiguration:
    """The configuration that the text of an nginx.conf, or of a piece of it, describes.

    Source: nginx manual, ngx_core_module "include" and the modules named in this folder.

    Args:
        text: the file.
        included: gives the name and the text of each file that an `include` names; what isn't
            there is said in `problems`.
    """
    top, problems = tree(text)
    if included is not None:
        top = expanded(top, included, problems)
    walked = list(walk(top, Scope()))
    pools, routes = _pools_and_routes(walked, problems)
    problems.extend(_unreadable(walked))
    access_logs = _access_logs(walked)
    return BalancerConfiguration(
        product="nginx",
        pools=pools,
        routes=routes,
        timeouts=_timeouts((each, scope.label) for each, scope in walked),
        limits=_limits((each, scope.label) for each, scope in walked),
        log_formats=_log_formats(walked, access_logs),
        access_logs=tuple(dict.fromkeys((path, name) for path, name, _ in access_logs)),
        frontends=tuple(
            _frontend(each, scope)
            for each, scope in walked
            if each.name == "server" and each.block is not None
        ),
        problems=tuple(problems),
    )


def _pools_and_routes(
    walked: _Walked, problems: list[str]
) -> tuple[tuple[Pool, ...], tuple[Route, ...]]:
    pools: dict[str, Pool] = {}
    settings: dict[str, _Settings] = {}
    for each, _ in walked:
        if each.name == "upstream" and each.block is not None:
            pool = read_upstream(each, problems)
            pools[pool.name] = pool
            settings[pool.name] = [(own, label_of(each)) for own in each.block]
    upstreams, routes = set(pools), []
    for each, scope in walked:
        if each.name not in PASSES or not each.args or each.block is not None:
            continue
        target = target_of(each, upstreams, scope)
        routes.append(route_of(each, target, scope))
        if target.address is not None:
            pools.setdefault(target.pool, direct_pool(target.address, each))
        if target.pool in pools:
            settings.setdefault(target.pool, []).extend(_in_effect(each, scope))
        elif "$" not in target.pool:
            problems.append(f"{each.where}: no upstream {target.pool[:80]} in this file")
    return tuple(_with(pool, settings[name]) for name, pool in pools.items()), tuple(routes)


def _in_effect(passing: Directive, scope: Scope) -> _Settings:
    # "proxy_pass" obeys "proxy_read_timeout" and not "fastcgi_read_timeout"
    family = passing.name.removesuffix("pass")
    return [
        (each, label)
        for each, label in scope.settings
        if each.name.startswith(family) or each.name in {"limit_req", "limit_conn"}
    ]


def _with(pool: Pool, settings: _Settings) -> Pool:
    return replace(
        pool,
        timeouts=tuple(dict.fromkeys(_timeouts(settings))),
        limits=tuple(dict.fromkeys(_limits(settings))),
    )


def _timeouts(settings: Iterable[tuple[Directive, str]]) -> tuple[Timeout, ...]:
    found = (timeout_of(each, label) for each, label in settings)
    return tuple(timeout for timeout in found if timeout is not None)


def _limits(settings: Iterable[tuple[Directive, str]]) -> tuple[Limit, ...]:
    found = (limit_of(each, label) for each, label in settings)
    return tuple(limit for limit in found if limit is not None)


def _access_logs(walked: _Walked) -> list[tuple[str, str, int]]:
    """The path, format and line of each access log; "combined" is what nginx uses unsaid."""
    found = []
    for each, _ in walked:
        if each.name == "access_log" and each.args and each.args[0] != "off":
            words = [word for word in each.args[1:] if "=" not in word and word != "gzip"]
            found.append((each.args[0], words[0] if words else "combined", each.line))
    return found


def _log_formats(walked: _Walked, logs: list[tuple[str, str, int]]) -> tuple[LogFormat, ...]:
    formats = [
        _log_format(each) for each, _ in walked if each.name == "log_format" and len(each.args) > 1
    ]
    used = [line for _, name, line in logs if name == "combined"]
    if used and all(each.name != "combined" for each in formats):
        formats.append(LogFormat("combined", _COMBINED, "default", used[0]))
    return tuple(formats)


def _log_format(directive: Directive) -> LogFormat:
    name, *words = directive.args
    escape = "default"
    if words[0].startswith("escape="):
        escape = words.pop(0).removeprefix("escape=")
    return LogFormat(name, "".join(words), escape, directive.line)


def _frontend(server: Directive, outside: Scope) -> Frontend:
    block = server.block or []
    scope = settled(block, entered(server, outside))
    logs = _access_logs([(each, scope) for each, _ in scope.settings])
    names = server_names(server)
    return Frontend(
        name=names[0] if names else "_",
        binds=tuple(each.args[0] for each in block if each.name == "listen" and each.args),
        mode="tcp" if scope.inside("stream") else "http",
        log_format=logs[0][1] if logs else None,
        line=server.line,
        timeouts=_timeouts(scope.settings),
        limits=_limits(scope.settings),
    )


def _unreadable(walked: _Walked) -> list[str]:
    problems = []
    for each, scope in walked:
        if each.name == "include" and each.args and not _HARMLESS.search(each.args[0]):
            problems.append(f"{each.where}: include {each.args[0][:80]} is not in this file")
        if is_timeout(each) and timeout_of(each, scope.label) is None:
            problems.append(f'{each.where}: {each.name} of "{each.args[0][:40]}" is no time')
    return problems
