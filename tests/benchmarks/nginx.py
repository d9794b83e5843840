"""Writes an nginx log with upstream fields, the same for the same number of lines."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_BEGAN: Final = datetime(2026, 3, 1, 10, tzinfo=UTC)
_RATE: Final = 500
_AGENTS: Final = [
    f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0"
    " Safari/537.36"
    for system in ("Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11")
    for version in range(120, 146)
]
_REFERERS: Final = ["-", "-", "-", "https://shop.example.com/", "https://shop.example.com/cart"]
_PATHS: Final = [
    "/", "/api/v1/products?page={n}&per_page=50", "/api/v1/products/{n}", "/api/v1/cart/{n}/items",
    "/api/v1/search?q=shoes&page={n}", "/static/app.9f3a1c44.js", "/img/p/{n}.webp",
]  # fmt: skip
_METHODS: Final = ["GET", "GET", "GET", "POST", "GET", "GET", "GET"]


def write(path: Path, lines: int, *, broken: float = 0.0) -> None:
    """Write so many lines, of which a share is cut off in the middle."""
    chance = random.Random(7)
    with path.open("w", encoding="ascii", newline="\n") as out:
        for start in range(0, lines, 10_000):
            count = min(10_000, lines - start)
            rows = (_line(chance, start + i) for i in range(count))
            out.writelines(
                f"{row[:90]}\n" if broken and chance.random() < broken else f"{row}\n"
                for row in rows
            )


def _line(chance: random.Random, number: int) -> str:
    written = (_BEGAN + timedelta(seconds=number // _RATE)).strftime("%d/%b/%Y:%H:%M:%S +0000")
    bits = chance.getrandbits(64)
    person = int(60_000 * ((bits & 0xFFFF) / 0x10000) ** 3)
    kind = (bits >> 16) % len(_PATHS)
    path = _PATHS[kind].format(n=(bits >> 24) % 200_000)
    took = 0.001 + (bits >> 40 & 0xFFF) / 20_000
    status = 502 if bits >> 52 & 0xFF == 1 else 200
    server = f"10.0.1.{11 + (bits >> 32 & 7)}:8080"
    answered, passed = str(status), f"{took:.3f}"
    if bits >> 56 & 0x7F == 1:
        server, answered, passed = f"10.0.1.19:8080, {server}", f"502, {status}", f"0.001, {passed}"
    client = f"{20 + person % 180}.{person >> 4 & 255}.{person >> 8}.{person % 251}"
    referer, agent = _REFERERS[person % len(_REFERERS)], _AGENTS[person % len(_AGENTS)]
    return (
        f'{client} - - [{written}] "{_METHODS[kind]} {path} HTTP/1.1" {status}'
        f' {bits >> 44 & 0x3FFF} "{referer}" "{agent}" "{server}"'
        f" {answered} {took + 0.001:.3f} {passed} {chance.getrandbits(128):032x}"
    )
