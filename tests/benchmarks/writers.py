"""Writes logs of other formats about the requests of `nginx.py`, line for line."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_BEGAN: Final = datetime(2026, 3, 1, 10, tzinfo=UTC)
_RATE: Final = 500
_PATHS: Final = ["/api/v1/products/{n}", "/api/v1/search?q=shoes&page={n}", "/img/p/{n}.webp"]


def write(path: Path, kind: str, lines: int) -> None:
    """Write so many lines of one of `KINDS`."""
    chance = random.Random(11)
    with path.open("w", encoding="ascii", newline="\n") as out:
        for number in range(lines):
            out.write(KINDS[kind](chance, _BEGAN + timedelta(seconds=number / _RATE)))


def _request(chance: random.Random) -> tuple[str, int, int, str, int]:
    """A path, a status, milliseconds, an id and a number."""
    bits = chance.getrandbits(64)
    path = _PATHS[bits % 3].format(n=bits >> 8 & 0x1FFFF)
    status = 502 if bits >> 52 & 0xFF == 1 else 200
    return path, status, 1 + (bits >> 40 & 0xFF), f"{chance.getrandbits(128):032x}", bits >> 16


def _haproxy(chance: random.Random, at: datetime) -> str:
    path, status, took, identity, bits = _request(chance)
    accepted = at.strftime("%d/%b/%Y:%H:%M:%S.") + f"{at.microsecond // 1000:03d}"
    return (
        f"{at:%b} {at.day:2d} {at:%H:%M:%S} lb1 haproxy[2211]: 10.1.{bits & 63}.{bits >> 6 & 255}"
        f":{1024 + (bits & 0x7FFF)} [{accepted}] web~ app/app-{bits % 8} 0/0/1/{took}/{took + 1}"
        f" {status} {bits & 0x3FFF} - - ---- 21/20/3/2/0 0/0 {{shop.example.com|{identity}}}"
        f' "GET {path} HTTP/1.1"\n'
    )


def _json(chance: random.Random, at: datetime) -> str:
    path, status, took, identity, bits = _request(chance)
    return (
        f'{{"ts":"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond:06d}Z","level":"INFO","logger":"app.http",'
        f'"msg":"request completed","request_id":"{identity}","instance":"app-{bits % 8}",'
        f'"method":"GET","path":"{path}","status":{status},"duration_ms":{took}.5}}\n'
    )


def _logfmt(chance: random.Random, at: datetime) -> str:
    path, status, took, identity, bits = _request(chance)
    return (
        f"ts={at:%Y-%m-%dT%H:%M:%S}.{at.microsecond:06d}Z level=info logger=app.http"
        f' msg="request completed" request_id={identity} instance=app-{bits % 8} method=GET'
        f" path={path} status={status} duration_ms={took}.5\n"
    )


def _statement(bits: int) -> str:
    texts = (f"SELECT * FROM products WHERE id = {bits & 0xFFFF}", "COMMIT", "SELECT 1")
    return texts[bits % 3]


def _postgresql(chance: random.Random, at: datetime) -> str:
    _, _, took, _, bits = _request(chance)
    return (
        f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d} UTC [{2100 + bits % 64}] app@shop"
        f" LOG:  duration: {took}.273 ms  statement: {_statement(bits)}\n"
    )


def _postgresql_csv(chance: random.Random, at: datetime) -> str:
    _, _, took, _, bits = _request(chance)
    return (
        f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d} UTC,"
        f'"app","shop",{2100 + bits % 64},"10.0.1.11:2108",69a2c1e0.2108,0,"SELECT",'
        f"2026-03-01 09:00:00 UTC,3/2108,0,LOG,00000,"
        f'"duration: {took}.273 ms  statement: {_statement(bits)}",,,,,,,,,"app-6",'
        f'"client backend",,0\n'
    )


KINDS: Final[dict[str, Callable[[random.Random, datetime], str]]] = {
    "haproxy": _haproxy,
    "json": _json,
    "logfmt": _logfmt,
    "postgresql": _postgresql,
    "postgresql-csv": _postgresql_csv,
}
