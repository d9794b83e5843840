"""Writes evidence of one bad server of six among any number of requests, the same every time."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_BEGAN: Final = datetime(2026, 3, 1, 10, tzinfo=UTC).timestamp()
_RATE: Final = 500
_SERVERS: Final = 6
_BAD: Final = 2
# Applications of which the log was collected, the bad one among them: a third of the requests.
_LOGGED: Final = (1, 2)
_TABLES: Final = ("orders", "carts", "products", "accounts")
_AGENTS: Final = ("Mozilla/5.0 (X11; Linux x86_64) Firefox/126.0", "okhttp/4.12.0", "curl/8.5.0")
_CONFIGURATION: Final = """\
http {
    log_format timed '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent'
        ' "$http_referer" "$http_user_agent" "$upstream_addr" $upstream_status $request_time'
        ' $upstream_response_time $request_id';
    access_log /var/log/nginx/access.log timed;
    upstream shop {
SERVERS    }
    server { listen 80; location / { proxy_pass http://shop; proxy_next_upstream off; } }
}
"""


@dataclass(frozen=True, slots=True)
class _Request:
    """What one request was, whoever tells of it."""

    began: float
    took: float
    status: int
    server: int
    client: str
    path: str
    agent: str
    name: str

    @property
    def ended(self) -> float:
        """When the balancer writes it down."""
        return self.began + self.took


def write(folder: Path, requests: int, *, clients: int = 500, paths: int = 0) -> None:
    """Write the logs of a balancer, two applications and a database, and the configuration.

    From the middle on one server is slow and fails a third of what it is asked. With `paths` so
    many different ones are asked for, which no rule can fold into routes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    servers = "".join(f"        server {_address(n)};\n" for n in range(_SERVERS))
    (folder / "nginx.conf").write_text(_CONFIGURATION.replace("SERVERS", servers), encoding="ascii")
    names = ["access.log", "error.log", *(f"app-{n}.log" for n in _LOGGED), "postgresql.log"]
    tell: list[Callable[[_Request], str]] = [
        _access,
        _error,
        _application,
        _application,
        _statement,
    ]
    outs = [(folder / name).open("w", encoding="ascii", newline="\n") for name in names]
    chance = random.Random(7)
    for part in _parts(chance, requests, clients, paths):
        for out, name, line in zip(outs, names, tell, strict=True):
            out.writelines(line(one) for one in part if _tells(name, one))
    for out in outs:
        out.close()


def _parts(
    chance: random.Random, requests: int, clients: int, paths: int
) -> Iterator[list[_Request]]:
    for start in range(0, requests, 10_000):
        numbers = range(start, min(start + 10_000, requests))
        part = [_request(chance, n, requests, clients, paths) for n in numbers]
        yield sorted(part, key=lambda one: one.ended)


def _request(
    chance: random.Random, number: int, requests: int, clients: int, paths: int
) -> _Request:
    bits = chance.getrandbits(64)
    server, person = number % _SERVERS, int(clients * chance.random() ** 2)
    took, status = round(0.01 + 0.08 * chance.random() ** 3, 3), 200
    if server == _BAD and number >= requests // 2:
        took, status = round(took * 8, 3), 500 if bits & 0xFFFF < 0x5555 else 200
    path = f"/shop/{_word(bits >> 16, paths)}" if paths else _path(bits >> 16)
    client = f"10.{person >> 16}.{person >> 8 & 255}.{person & 255}"
    name = f"{chance.getrandbits(128):032x}"
    agent = _AGENTS[person % len(_AGENTS)]
    return _Request(_BEGAN + number / _RATE, took, status, server, client, path, agent, name)


def _word(bits: int, paths: int) -> str:
    """A name in letters only, for parts in figures are folded into one route."""
    number = bits % paths
    return "".join(chr(97 + (number // 26**n) % 26) for n in range(5))


def _path(bits: int) -> str:
    table = _TABLES[bits & 3]
    return (f"/{table}", f"/{table}/{bits >> 4 & 0xFFF}", f"/{table}?page={bits >> 4 & 15}")[
        bits % 3
    ]


def _address(server: int) -> str:
    return f"10.0.1.{11 + server}:8080"


def _tells(name: str, one: _Request) -> bool:
    match name.partition(".")[0]:
        case "error":
            return one.status == 500
        case "postgresql":
            return one.name[:2] == "00"
        case "access":
            return True
        case application:
            return application == f"app-{one.server}"


def _access(one: _Request) -> str:
    written = _time(one.ended).strftime("%d/%b/%Y:%H:%M:%S +0000")
    return (
        f'{one.client} - - [{written}] "GET {one.path} HTTP/1.1" {one.status} 512 "-" "{one.agent}"'
        f' "{_address(one.server)}" {one.status} {one.took:.3f} {one.took:.3f} {one.name}\n'
    )


def _error(one: _Request) -> str:
    written = _time(one.ended).strftime("%Y/%m/%d %H:%M:%S")
    said = f"{written} [error] 7#7: *{one.name[:4]} upstream prematurely closed connection while"
    # A reload now and then that has nothing to do with it.
    if one.name[2:5] == "000":
        return f"{written} [notice] 7#7: signal 1 (SIGHUP) received, reconfiguring\n"
    return (
        f"{said} reading response header from upstream, client: {one.client}, server: _, request:"
        f' "GET {one.path} HTTP/1.1", upstream: "http://{_address(one.server)}{one.path}"\n'
    )


def _application(one: _Request) -> str:
    written = _time(one.ended).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    level, said = ("error", "Unhandled error") if one.status == 500 else ("info", "finished")
    return (
        f'{{"timestamp": "{written}", "level": "{level}", "message": "{said}", "method": "GET",'
        f' "path": "{one.path.partition("?")[0]}", "status": {one.status}, "request_id":'
        f' "{one.name}", "duration_ms": {one.took * 990:.1f}, "instance": "app-{one.server}"}}\n'
    )


def _statement(one: _Request) -> str:
    written = _time(one.ended).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    return (
        f"{written} UTC [{500 + one.server}] shop@shop LOG:  duration: {one.took * 200:.3f} ms"
        f"  statement: SELECT * FROM {_TABLES[one.server % 4]} WHERE id = {one.name[:3]!r}\n"
    )


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds)
