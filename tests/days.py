"""Days of one small service, written so that what differs between two of them is known."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

_LINE = (
    "192.0.2.{client} - - [{day:02d}/Mar/2026:10:{minute:02d}:{second:02d} +0000]"
    ' "GET {path} HTTP/1.1" {status} 512 "-" "curl/8"'
    ' upstream="{server}" request_time="{took:.3f}"\n'
)
_CONF = """events {{}}
http {{
    upstream shop {{
{servers}    }}
    server {{
        location / {{
            proxy_read_timeout {timeout}s;
            proxy_pass http://shop;
        }}
    }}
}}
"""
SERVERS = ("10.0.0.1:8080", "10.0.0.2:8080", "10.0.0.3:8080")
PATHS = ("/cart", "/search", "/login")


@dataclass(frozen=True)
class Day:
    """What a day's logs are made of: 1,800 requests in five minutes."""

    day: int = 1
    weights: tuple[int, ...] = (1, 1, 1)
    failing: float = 0.0
    """The part of the requests of /cart that fail, from `since` on."""
    since: int = 0
    """How many requests there are before it."""
    slower: float = 1.0
    timeout: int = 5
    servers: tuple[str, ...] = SERVERS
    durations: bool = True
    messages: tuple[str, ...] = ()
    """Said by the application, twenty times each."""
    requests: int = 1800


def write(folder: Path, day: Day) -> Path:
    """Write a day's balancer log, its configuration and an application's log."""
    folder.mkdir(parents=True)
    (folder / "access.log").write_text("".join(_requests(day)), encoding="utf-8")
    lines = [
        f"        server {s} weight={w};\n" for s, w in zip(day.servers, day.weights, strict=True)
    ]
    conf = _CONF.format(servers="".join(lines), timeout=day.timeout)
    (folder / "nginx.conf").write_text(conf, encoding="utf-8")
    said = ["cache warmed in 12 ms", *day.messages]
    records = [
        {"ts": f"2026-03-{day.day:02d}T10:{n % 5:02d}:{n % 60:02d}Z", "level": "info", "msg": text}
        for text in said
        for n in range(20)
    ]
    lines = [json.dumps(record) + "\n" for record in records]
    (folder / "app.log").write_text("".join(lines), encoding="utf-8")
    return folder


def _requests(day: Day) -> list[str]:
    rng = np.random.default_rng(7)
    took = rng.lognormal(-3.0, 0.4, day.requests) * day.slower
    fails = rng.random(day.requests)
    turns = [server for server, weight in enumerate(day.weights) for _ in range(weight)]
    lines = []
    for n in range(day.requests):
        at, path = n * 300 // day.requests, PATHS[n % 7 % 3]
        line = _LINE.format(
            client=n % 200 + 1, day=day.day, minute=at // 60, second=at % 60, path=path,
            status=502 if path == "/cart" and n >= day.since and fails[n] < day.failing else 200,
            server=day.servers[turns[n % len(turns)]], took=took[n],
        )  # fmt: skip
        lines.append(line if day.durations else line.partition(" request_time")[0] + "\n")
    return lines
