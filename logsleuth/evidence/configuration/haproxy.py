"""Reads a HAProxy configuration."""

from __future__ import annotations

from dataclasses import replace

from logsleuth.evidence.configuration.haproxy_lines import Line, Section, sections_of
from logsleuth.evidence.configuration.haproxy_logs import (
    format_in_force,
    log_formats,
    log_targets,
)
from logsleuth.evidence.configuration.haproxy_pools import read_pool
from logsleuth.evidence.configuration.haproxy_routes import read_routes, rewrites_of
from logsleuth.evidence.configuration.haproxy_settings import (
    is_timeout,
    limit_of,
    limits_in_force,
    timeout_of,
    timeouts_in_force,
)
from logsleuth.evidence.configuration.intent import BalancerConfiguration, Frontend, Pool, Route

# Templates make many servers of few bytes.
_MOST_SERVERS = 50_000


def read_haproxy(text: str, before: str = "") -> BalancerConfiguration:
    """The configuration that the text of a haproxy.cfg describes.

    Source: HAProxy manual, section 2.1 "Configuration file format" and 4 "Proxies".

    Args:
        text: the file.
        before: a file that was given before it, whose `defaults` hold here too.
    """
    sections, problems = sections_of(text, before)
    written = [line for section in sections for line in section.own]
    entrances = [each for each in sections if each.kind in {"frontend", "listen"}]
    timeouts = (timeout_of(line) for line in written)
    limits = (limit_of(line) for line in written)
    pools = _pools(sections, problems)
    problems.extend(_unreadable(written))
    return BalancerConfiguration(
        product="haproxy",
        pools=pools,
        routes=_routes(sections, entrances),
        timeouts=tuple(timeout for timeout in timeouts if timeout is not None),
        limits=tuple(limit for limit in limits if limit is not None),
        log_formats=log_formats(sections),
        access_logs=log_targets(sections, entrances),
        frontends=tuple(_frontend(each) for each in entrances),
        problems=tuple(problems),
    )


def _pools(sections: list[Section], problems: list[str]) -> tuple[Pool, ...]:
    pools: list[Pool] = []
    servers = 0
    for section in sections:
        if section.kind not in {"backend", "listen"}:
            continue
        if servers > _MOST_SERVERS:
            problems.append(f"line {section.number}: too many servers, the rest is left out")
            break
        pool = read_pool(section, problems)
        servers += len(pool.servers)
        # A listen without servers only shows statistics or passes on to a backend.
        if pool.servers or section.kind == "backend":
            pools.append(pool)
    return tuple(pools)


def _routes(sections: list[Section], entrances: list[Section]) -> tuple[Route, ...]:
    rewrites = {each.name: rewrites_of(each) for each in sections if each.kind == "backend"}
    return tuple(
        _rewritten(route, rewrites.get(route.pool))
        for section in entrances
        for route in read_routes(section)
    )


def _rewritten(route: Route, rewrite: str | None) -> Route:
    if rewrite is None:
        return route
    return replace(route, rewrite=f"{route.rewrite}; {rewrite}" if route.rewrite else rewrite)


def _frontend(section: Section) -> Frontend:
    mode = next((line.words[1] for line in reversed(section.lines) if _sets_mode(line)), "tcp")
    binds = (line.words[1] for line in section.own if line.words[0] == "bind" and line.words[1:])
    return Frontend(
        name=section.name,
        binds=tuple(binds),
        mode=mode,
        log_format=format_in_force(section),
        line=section.number,
        timeouts=timeouts_in_force(section),
        limits=limits_in_force(section),
    )


def _sets_mode(line: Line) -> bool:
    return line.words[0] == "mode" and len(line.words) > 1


def _unreadable(written: list[Line]) -> list[str]:
    return [
        f'line {line.number}: {" ".join(line.words[:2])} of "{line.words[2][:40]}" is no time'
        for line in written
        if is_timeout(line) and timeout_of(line) is None
    ]
