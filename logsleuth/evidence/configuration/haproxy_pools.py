"""Reads HAProxy `backend` and `listen` sections as pools."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from logsleuth.evidence.configuration.haproxy_servers import read_servers
from logsleuth.evidence.configuration.haproxy_settings import limits_in_force, timeouts_in_force
from logsleuth.evidence.configuration.intent import Pool, Server
from logsleuth.evidence.configuration.units import names

if TYPE_CHECKING:
    from logsleuth.evidence.configuration.haproxy_lines import Line, Section

_ALGORITHMS = {"roundrobin": "round-robin", "leastconn": "least-conn", "url_param": "url-param"}
_KEYS = {"source": "client address", "uri": "uri", "rdp-cookie": "mstshash"}
_CALL = re.compile(r"([\w-]+)\((.*)\)", re.DOTALL)
_CHECKS = names(
    "external-check httpchk ldap-check mysql-check pgsql-check redis-check smtpchk spop-check"
    " ssl-hello-chk tcp-check"
)
_STICKS = frozenset({"on", "match", "store-request"})


def read_pool(section: Section, problems: list[str]) -> Pool:
    """The pool that a backend or listen section describes.

    Source: HAProxy manual, section 4.2 "balance", "cookie", "stick on", "hash-type", "option
    httpchk", "option allbackups", "disabled".
    """
    servers = read_servers(section, problems)
    if _is_disabled(section):
        servers = tuple(replace(server, down=True) for server in servers)
    algorithm, key = _algorithm(section)
    affinity = _affinity(section, servers)
    return Pool(
        name=section.name,
        algorithm=algorithm,
        key=key or affinity,
        servers=servers,
        line=section.number,
        limits=limits_in_force(section),
        timeouts=timeouts_in_force(section),
        check=_check(section),
        affinity=affinity,
        consistent=_last(section, "hash-type")[1:2] == ("consistent",),
        all_backups=_option(section, "allbackups"),
    )


def _last(section: Section, keyword: str) -> tuple[str, ...]:
    lines = (line.words for line in reversed(section.lines) if line.words[0] == keyword)
    return next(lines, ())


def _option(section: Section, name: str) -> bool:
    on = False
    for line in section.lines:
        if line.starts("option", name):
            on = True
        elif line.starts("no", "option", name):
            on = False
    return on


def _is_disabled(section: Section) -> bool:
    states = [line.words[0] for line in section.lines if line.words[0] in {"disabled", "enabled"}]
    return states[-1:] == ["disabled"]


def _algorithm(section: Section) -> tuple[str, str | None]:
    words = _last(section, "balance")[1:] or ("roundrobin",)
    call = _CALL.fullmatch(words[0])
    name, argument = (call[1], call[2]) if call else (words[0], None)
    algorithm = _ALGORITHMS.get(name, name)
    if name in _KEYS:
        return algorithm, " ".join([argument or _KEYS[name], *words[1:]])
    if name == "random":
        return algorithm, None
    return algorithm, argument or " ".join(words[1:2]) or None


def _affinity(section: Section, servers: tuple[Server, ...]) -> str | None:
    found: dict[str, None] = {}
    cookie = _last(section, "cookie")
    # Without a value for each server the cookie tells none apart.
    if len(cookie) > 1 and ("dynamic" in cookie or any(server.cookie for server in servers)):
        found[f"cookie {cookie[1]}"] = None
    for line in section.lines:
        if _sticks(line):
            found[f"stick on {line.words[2]}"] = None
    return ", ".join(found) or None


def _sticks(line: Line) -> bool:
    return line.words[0] == "stick" and len(line.words) > 2 and line.words[1] in _STICKS


def _check(section: Section) -> str | None:
    chosen = next((line for line in reversed(section.lines) if _chooses_check(line)), None)
    if chosen is None:
        return None
    family = "tcp-check" if chosen.words[1] == "tcp-check" else "http-check"
    rules = [line for line in section.own if line.words[0] == family]
    # A section's own rules replace all of those that it inherits.
    rules = rules or [line for line in section.inherited if line.words[0] == family]
    return "; ".join(" ".join(line.words) for line in (chosen, *rules))


def _chooses_check(line: Line) -> bool:
    return line.words[0] == "option" and not _CHECKS.isdisjoint(line.words[1:2])
