"""Reads HAProxy's timeouts and limits, as written and as in force in a section."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logsleuth.evidence.configuration.intent import Limit, Timeout
from logsleuth.evidence.configuration.units import haproxy_seconds, names

if TYPE_CHECKING:
    from logsleuth.evidence.configuration.haproxy_lines import Line, Section

_LIMITS = names(
    "backlog fullconn hash-balance-factor maxconn maxconnrate maxsessrate maxsslconn maxsslrate"
    " nbproc nbthread retries ulimit-n"
)
_LIMITS_OF_TWO_WORDS = frozenset({("timeout", "queue"), ("rate-limit", "sessions")})
_REFUSALS = frozenset({"deny", "tarpit", "reject", "silent-drop"})
# A backend inherits these from its defaults, yet only the side of the clients obeys them.
_CLIENT_SIDE = frozenset(
    {
        "backlog",
        "maxconn",
        "rate-limit sessions",
        "timeout client",
        "timeout client-fin",
        "timeout client-hs",
        "timeout http-keep-alive",
        "timeout http-request",
    }
)
_SERVER_SIDE = frozenset(
    {
        "fullconn",
        "hash-balance-factor",
        "retries",
        "timeout check",
        "timeout connect",
        "timeout queue",
        "timeout server",
        "timeout server-fin",
        "timeout tarpit",
        "timeout tunnel",
    }
)


def timeout_of(line: Line) -> Timeout | None:
    """The line as a timeout, if it is one with a readable time.

    Source: HAProxy manual, section 4.2 "timeout ..." and 2.5 "Time format".
    """
    if not is_timeout(line):
        return None
    seconds = haproxy_seconds(line.words[2])
    name = " ".join(line.words[:2])
    return None if seconds is None else Timeout(name, seconds, line.number, line.scope)


def is_timeout(line: Line) -> bool:
    """Whether the line sets a time after which HAProxy gives up."""
    return len(line.words) > 2 and (line.starts("timeout") or line.starts("stats", "timeout"))


def limit_of(line: Line) -> Limit | None:
    """The line as a limit or a rule that refuses, if it is one.

    Source: HAProxy manual, section 3.2, 4.2 "maxconn", "http-request deny" and their like.
    """
    length = _length_of_name(line)
    if length is None or len(line.words) <= length - _is_rule(line):
        return None
    name, value = " ".join(line.words[:length]), " ".join(line.words[length:])
    return Limit(name, value, line.number, line.scope)


def timeouts_in_force(section: Section) -> tuple[Timeout, ...]:
    """The timeouts a section obeys, with those of its defaults."""
    found: dict[str, Timeout] = {}
    for line in section.lines:
        timeout = timeout_of(line)
        if timeout is not None and _obeys(section, timeout.name):
            found[timeout.name] = timeout
    return tuple(found.values())


def limits_in_force(section: Section) -> tuple[Limit, ...]:
    """The limits a section obeys, with those of its defaults; rules that refuse add up."""
    found: dict[tuple[str, int], Limit] = {}
    for line in section.lines:
        limit = limit_of(line)
        if limit is not None and _obeys(section, limit.name):
            found[limit.name, line.number if _is_rule(line) else 0] = limit
    return tuple(found.values())


def _obeys(section: Section, name: str) -> bool:
    if section.kind == "backend":
        return name not in _CLIENT_SIDE
    return section.kind == "listen" or name not in _SERVER_SIDE


def _length_of_name(line: Line) -> int | None:
    if line.words[0] in _LIMITS:
        return 1
    if line.words[:2] in _LIMITS_OF_TWO_WORDS:
        return 2
    if not _is_rule(line):
        return None
    return 2 if line.words[0] == "http-request" else 3


def _is_rule(line: Line) -> bool:
    if line.words[0] == "http-request":
        return not _REFUSALS.isdisjoint(line.words[1:2])
    return line.words[0] == "tcp-request" and not _REFUSALS.isdisjoint(line.words[2:3])
