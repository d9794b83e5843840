"""Where the servers' programs are, and small helpers to run them."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from tests.lab.plan import Plan

_HELD: Final = 47_808


class LabError(Exception):
    """The lab can't do what it was asked."""


class SpoiledError(LabError):
    """The machine was too busy with other things; the same may succeed another time."""


def program(name: str) -> Path:
    """A server's program; Debian keeps PostgreSQL's and the administrator's out of PATH."""
    found = shutil.which(name)
    if found:
        return Path(found)
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    for folder in (Path("/usr/sbin"), Path("/usr/local/sbin"), *reversed(versions)):
        if (folder / name).exists():
            return folder / name
    message = f"{name} is not installed"
    raise LabError(message)


def missing(*names: str) -> list[str]:
    """The programs that aren't there, of those that every recording may need, or of others."""
    absent = []
    for name in names or ("nginx", "haproxy", "initdb", "pg_ctl"):
        try:
            program(name)
        except LabError:
            absent.append(name)
    return absent


@contextmanager
def alone(plan: Plan) -> Iterator[None]:
    """Keep a recording's addresses to itself: another's requests would be in its logs.

    Raises:
        LabError: another recording on this machine has them.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        try:
            held.bind((plan.address(255, 254), _HELD))
        except OSError as error:
            message = f"another recording has the addresses of {plan.address(0, 0)}: {error}"
            raise LabError(message) from error
        yield


def root() -> bool:
    return os.geteuid() == 0


def gently(plan: Plan) -> list[str]:
    """What lets a database that works hard do so with what the other machines leave it."""
    return ["nice", "-n", "8"] if plan.hard else []


async def run(*command: str | Path, env: dict[str, str] | None = None) -> None:
    """Run a command to its end; its output matters only when it fails."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, **(env or {})},
        cwd="/",
    )
    output, _ = await process.communicate()
    if process.returncode:
        message = f"{Path(command[0]).name} failed: {output.decode(errors='replace')[-800:]}"
        raise LabError(message)


async def until(check: Callable[[], Awaitable[bool]], what: str, seconds: float = 15) -> None:
    """Wait for something to become true."""
    deadline = time.monotonic() + seconds
    while not await check():
        if time.monotonic() > deadline:
            message = f"{what} did not happen within {seconds:.0f} s"
            raise LabError(message)
        await asyncio.sleep(0.1)


async def listens(address: str, port: int) -> bool:
    """Whether a connection can be made."""
    try:
        _, writer = await asyncio.open_connection(address, port)
    except OSError:
        return False
    writer.close()
    return True
