"""As much of HTTP/1.1 as the application of the lab needs."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

REASONS = {
    200: "OK",
    201: "Created",
    404: "Not Found",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


@dataclass
class Request:
    """A request line and the headers that matter."""

    method: str
    path: str
    headers: dict[str, str]

    @property
    def keep_alive(self) -> bool:
        return self.headers.get("connection", "keep-alive").lower() != "close"


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """The next request of a connection, or nothing where it ended."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    first, *rest = head.rstrip("\r\n").split("\r\n")
    method, path, version = first.split(" ")
    headers = {k.strip().lower(): v.strip() for k, v in (line.split(":", 1) for line in rest)}
    if version == "HTTP/1.0":
        headers.setdefault("connection", "close")
    await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, path, headers)


def response(status: int, size: int, server: str) -> bytes:
    """A response with a body of `size` bytes, naming the instance that made it."""
    head = (
        f"HTTP/1.1 {status} {REASONS[status]}\r\nContent-Type: application/json\r\n"
        f"X-Served-By: {server}\r\nContent-Length: {size}\r\n\r\n"
    )
    return head.encode() + b"x" * size
