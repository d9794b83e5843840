"""Reads HAProxy's `server`, `server-template` and `default-server` lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from logsleuth.evidence.configuration.intent import Server
from logsleuth.evidence.configuration.units import haproxy_seconds, names, whole

if TYPE_CHECKING:
    from logsleuth.evidence.configuration.haproxy_lines import Line, Section

# A template may ask for any number of servers: a larger pool than this is a mistake or an attack.
_MOST_SERVERS = 4096
_VALUED = names(
    "addr agent-send agent-inter agent-addr agent-port alpn ca-file check-alpn check-proto"
    " check-sni ciphers ciphersuites cookie crl-file crt error-limit fall guid hash-key id"
    " init-addr init-state inter fastinter downinter log-bufsize log-proto maxconn maxqueue"
    " max-reuse minconn namespace npn observe on-error on-marked-down on-marked-up path"
    " pool-conn-name pool-low-conn pool-max-conn pool-purge-delay port proto redir rise"
    " resolve-opts resolve-prefer resolve-net resolvers proxy-v2-options set-proxy-v2-tlv-fmt"
    " shard sigalgs slowstart sni socks4 source ssl-max-ver ssl-min-ver tcp-md5sig tcp-ut track"
    " usesrc interface verify verifyhost weight ws"
)
_FAMILY = re.compile(r"(?:(?:stream|tcp)\+)?(?:ipv4|ipv6|tcp|tcp4|tcp6|ip)@")
_SOCKET = re.compile(r"(?:(?:stream\+)?unix|uxst|abns)@|(?=/)")


@dataclass(slots=True)
class _Said:
    """What the words after a server's address say, later words over earlier ones."""

    values: dict[str, str] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)

    def take(self, words: tuple[str, ...]) -> None:
        rest = iter(words)
        for word in rest:
            if word in _VALUED:
                self.values[word] = next(rest, "")
            elif word.startswith("no-"):
                self.flags.discard(word.removeprefix("no-"))
            elif word == "enabled":
                self.flags.discard("disabled")
            else:
                self.flags.add(word)


def read_servers(section: Section, problems: list[str]) -> tuple[Server, ...]:
    """The servers of a backend or listen section.

    Source: HAProxy manual, section 5.2 "Server and default-server options". A `default-server`
    line holds for the servers after it only.
    """
    servers: list[Server] = []
    presets: list[tuple[str, ...]] = []
    for line in section.lines:
        if line.words[0] == "default-server":
            presets.append(line.words[1:])
        elif line.words[0] == "server" and len(line.words) > 2:
            servers.append(_server(line, line.words[1:3], (*presets, line.words[3:]), problems))
        elif line.words[0] == "server-template" and len(line.words) > 3:
            options = (*presets, line.words[4:])
            model = _server(line, (line.words[1], line.words[3]), options, problems)
            servers.extend(_numbered(model, line, len(servers), problems))
        elif line.words[0] in {"server", "server-template"}:
            problems.append(f"line {line.number}: the server lacks a name or an address")
    return tuple(servers)


def _numbered(model: Server, line: Line, before: int, problems: list[str]) -> list[Server]:
    first, dash, last = line.words[2].partition("-")
    low, high = (whole(first), whole(last)) if dash else (1, whole(first))
    if low is None or high is None or not 0 <= high - low < _MOST_SERVERS - before:
        problems.append(f'line {line.number}: can\'t make "{line.words[2][:40]}" servers')
        return []
    return [replace(model, name=f"{model.name}{number}") for number in range(low, high + 1)]


def _server(
    line: Line, who: tuple[str, ...], options: tuple[tuple[str, ...], ...], problems: list[str]
) -> Server:
    said = _Said()
    for words in options:
        said.take(words)
    return Server(
        name=who[0],
        address=_address(who[1]),
        weight=_weight(said, line, problems),
        backup="backup" in said.flags,
        down="disabled" in said.flags,
        checked="check" in said.flags or "track" in said.values,
        max_conns=whole(said.values.get("maxconn", "")) or None,
        slow_start_s=haproxy_seconds(said.values.get("slowstart", "")) or None,
        cookie=said.values.get("cookie"),
        line=line.number,
    )


def _weight(said: _Said, line: Line, problems: list[str]) -> int:
    text = said.values.get("weight", "1")
    weight = whole(text)
    if weight is None or weight > 256:
        problems.append(f'line {line.number}: weight of "{text[:40]}" is not in 0 to 256')
        return 1
    return weight


def _address(text: str) -> str:
    socket = _SOCKET.match(text)
    if socket:
        return f"unix:{text[socket.end() :]}"
    return _FAMILY.sub("", text, count=1)
