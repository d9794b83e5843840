"""Receives HAProxy's syslog datagrams and writes them as a syslog daemon would."""

from __future__ import annotations

import asyncio
import re
import time
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from pathlib import Path

_DATAGRAM = re.compile(rb"<\d+>\w{3} [ \d]\d [\d:]{8} (haproxy\[\d+\]: )(.*?)\n?$", re.DOTALL)


class Syslog(asyncio.DatagramProtocol):
    """Appends every message to a file, bare or with a header in front."""

    def __init__(self, path: Path, layout: str, zone: str, host: str) -> None:
        self._file = path.open("ab", buffering=0)
        self._layout = layout
        self._zone = ZoneInfo(zone)
        self._host = host

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        found = _DATAGRAM.match(data)
        tag, message = (found[1], found[2]) if found else (b"haproxy: ", data.strip())
        self._file.write(self._header(tag) + message + b"\n")

    def close(self) -> None:
        self._file.close()

    def _header(self, tag: bytes) -> bytes:
        if self._layout == "raw":
            return b""
        now = datetime.fromtimestamp(time.time(), self._zone)
        if self._layout == "iso":
            stamp = now.isoformat(timespec="microseconds")
        else:
            stamp = f"{now:%b} {now.day:2d} {now:%H:%M:%S}"
        return f"{stamp} {self._host} ".encode() + tag


async def listen(syslog: Syslog, address: str) -> asyncio.DatagramTransport:
    """Receive at an address, until the transport is closed."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: syslog, local_addr=(address, 5140))
    return transport
