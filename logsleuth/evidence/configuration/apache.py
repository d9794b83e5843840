"""Reads Apache httpd's configuration: balancers, what is proxied to them, times and log formats."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from logsleuth.evidence.configuration.intent import (
    BalancerConfiguration,
    LogFormat,
    Pool,
    Route,
    Server,
    Timeout,
)
from logsleuth.evidence.configuration.units import whole

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE: Final = re.compile(r"(?:[^\\\n]|\\(?:\r?\n|.))*\n?")
_WORD: Final = re.compile(r'"((?:[^"\\]|\\.)*)"|\'((?:[^\'\\]|\\.)*)\'|(\S+)')
_OPENING: Final = re.compile(r"^<\s*(/?)(\w+)\s*(.*?)>?\s*$", re.DOTALL)
_BALANCER: Final = re.compile(r"^balancer://([^/\s]+)(/.*)?$", re.IGNORECASE)
_URL: Final = re.compile(
    r"^(?:unix:[^|]*\|)?([a-z0-9]+)://(\[[^\]]+\]|[^/:]+)(?::(\d+))?", re.IGNORECASE
)
_ALGORITHMS: Final = {
    "byrequests": "round-robin", "bybusyness": "least-conn", "bytraffic": "bytraffic",
    "heartbeat": "heartbeat",
}  # fmt: skip
_TELLING: Final = re.compile(
    r"^[ \t]*(?:<(?:VirtualHost|IfModule|Proxy|Location|Directory)\b[^>\n]*>[ \t]*\r?$"
    r"|(?:LogFormat|CustomLog|BalancerMember|ProxyPass|ServerRoot|DocumentRoot|LoadModule"
    r"|ErrorLog|ServerName)[ \t]+[^\s;{][^;{\n]*$)",
    re.MULTILINE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Line:
    """A directive with its words, and the sections that it stands in, the innermost last."""

    number: int
    name: str
    words: tuple[str, ...]
    within: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Balancer:
    line: int
    servers: list[Server] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)


def read_apache(text: str) -> BalancerConfiguration:
    """The configuration that the text describes; what an Include names isn't followed.

    Source: Apache httpd 2.4, mod_proxy "BalancerMember", "ProxyPass" and "ProxySet",
    mod_log_config "LogFormat" and "CustomLog", core "Timeout".
    """
    lines = list(_lines(text))
    return BalancerConfiguration(
        product="apache",
        pools=tuple(_pools(lines)),
        routes=tuple(_routes(lines)),
        timeouts=tuple(_timeouts(lines)),
        log_formats=tuple(_formats(lines)),
        access_logs=tuple(
            (line.words[0], line.words[1] if len(line.words) > 1 else "")
            for line in lines if line.name in {"customlog", "transferlog"} and line.words
        ),
    )  # fmt: skip


def looks_like_apache(text: str) -> bool:
    """Whether several lines are directives that no other program's settings have."""
    return len(_TELLING.findall(text)) > 1


def _lines(text: str) -> Iterator[_Line]:
    within: list[tuple[str, str]] = []
    number = 1
    for match in _LINE.finditer(text):
        written, at = match[0], number
        number += written.count("\n")
        stripped = re.sub(r"\\\r?\n", " ", written).strip()
        opening = _OPENING.match(stripped)
        if opening:
            if opening[1]:
                del within[-1:]
            else:
                within.append((opening[2].lower(), opening[3].strip().strip('"')))
        elif stripped and not stripped.startswith("#"):
            words = [_unquoted(word) for word in _WORD.finditer(stripped)]
            yield _Line(at, words[0].lower(), tuple(words[1:]), tuple(within))


def _unquoted(word: re.Match[str]) -> str:
    quoted = word[1] if word[1] is not None else word[2]
    return word[3] if quoted is None else re.sub(r'\\(["\'\\])', r"\1", quoted)


def _formats(lines: list[_Line]) -> Iterator[LogFormat]:
    """Formats by name, and those that a CustomLog writes out itself."""
    for line in lines:
        if line.name == "logformat" and line.words and "%" in line.words[0]:
            name = line.words[1] if len(line.words) > 1 else ""
            yield LogFormat(name, line.words[0], None, line.number)
        elif line.name == "customlog" and len(line.words) > 1 and "%" in line.words[1]:
            yield LogFormat("", line.words[1], None, line.number)


def _pools(lines: list[_Line]) -> Iterator[Pool]:
    balancers: dict[str, _Balancer] = {}
    for line in lines:
        words = list(line.words)
        section = next((a for n, a in reversed(line.within) if n == "proxy"), "")
        found = _BALANCER.match(words[0] if words else "") or _BALANCER.match(section)
        if found is None:
            continue
        if words and _BALANCER.match(words[0]):
            words = words[1:]
        if line.name == "balancermember" and words:
            balancer = balancers.setdefault(found[1], _Balancer(line.number))
            balancer.servers.append(_server(words, line.number))
        elif line.name in {"proxyset", "proxypass"}:
            balancer = balancers.setdefault(found[1], _Balancer(line.number))
            balancer.settings.update(_settings(words))
    for line in lines:
        target = _BALANCER.match(line.words[1]) if _passes(line) else None
        if target and target[1] in balancers:
            balancers[target[1]].settings.update(_settings(list(line.words[2:])))
    for name, balancer in balancers.items():
        if balancer.servers:
            yield _pool(name, balancer)


def _passes(line: _Line) -> bool:
    return line.name in {"proxypass", "proxypassmatch"} and len(line.words) > 1


def _settings(words: list[str]) -> dict[str, str]:
    return {k.lower(): v for k, is_, v in (word.partition("=") for word in words) if is_}


def _pool(name: str, balancer: _Balancer) -> Pool:
    method = balancer.settings.get("lbmethod", "byrequests").lower()
    sticky = balancer.settings.get("stickysession")
    return Pool(
        name=name,
        algorithm=_ALGORITHMS.get(method, method),
        key=f"cookie {sticky}" if sticky else None,
        servers=tuple(balancer.servers),
        line=balancer.line,
        affinity=f"cookie {sticky}" if sticky else None,
    )


def _server(words: list[str], number: int) -> Server:
    """A member; `status=+D` takes it out, `+H` keeps it for when no other is left."""
    settings = _settings(words[1:])
    status = settings.get("status", "").upper()
    factor = settings.get("loadfactor", "1")
    weight = round(float(factor) * 100) if re.fullmatch(r"\d+\.\d+", factor) else whole(factor)
    retry = whole(settings.get("retry", "60"))
    return Server(
        name=None,
        address=address_of(words[0]),
        weight=1 if weight is None else weight,
        backup="H" in status,
        down=any(flag in status for flag in "DSN"),
        checked="hcmethod" in settings,
        fail_timeout_s=float(retry) if retry is not None else None,
        line=number,
    )


def address_of(url: str) -> str:
    """Host and port of a worker, as its name in a log has them without the scheme."""
    found = _URL.match(url)
    if found is None:
        return url
    return f"{found[2]}:{found[3]}" if found[3] else found[2]


def _routes(lines: list[_Line]) -> Iterator[Route]:
    for line in lines:
        words = line.words
        location = next((a for n, a in reversed(line.within) if n.startswith("location")), None)
        if line.name == "proxypass" and len(words) == 1 and location is not None:
            words = (location, *words)
        if line.name not in {"proxypass", "proxypassmatch"} or len(words) < 2 or words[1] == "!":
            continue
        target = _BALANCER.match(words[1])
        kind = "regex" if line.name.endswith("match") else "prefix"
        path = (target[2] or "") if target else ""
        yield Route(
            matcher=f"ProxyPass {words[0]}",
            kind=kind,
            values=(words[0],),
            pool=target[1] if target else address_of(words[1]),
            rewrite=path if path not in ("", "/", words[0]) else None,
            line=line.number,
        )


def _timeouts(lines: list[_Line]) -> Iterator[Timeout]:
    for line in lines:
        scope = " ".join(line.within[-1]) if line.within else ""
        if line.name in {"timeout", "proxytimeout", "keepalivetimeout"} and line.words:
            yield from _timeout(line.name, line.words[0], line.number, scope)
        elif line.name in {"balancermember", "proxypass", "proxyset"}:
            for name, value in _settings(list(line.words)).items():
                if name in {"timeout", "connectiontimeout", "ping"}:
                    yield from _timeout(name, value, line.number, scope or line.name)


def _timeout(name: str, value: str, number: int, scope: str) -> Iterator[Timeout]:
    milliseconds = value.lower().endswith("ms")
    found = re.match(r"\d+", value)
    if found:
        yield Timeout(name, int(found[0]) / (1000 if milliseconds else 1), number, scope)
