"""Shows what a terminal has no room for in the pager that people have, and waits for them."""

from __future__ import annotations

import io
import os
import subprocess
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Quit where it fits on one screen, keep colours, leave the text on the screen: as git has it.
_LESS: Final = "FRX"


class _Screen(io.TextIOWrapper):
    """The way into a pager: what is written there is seen on a terminal."""

    def isatty(self) -> bool:
        """Say yes: tables are cut and hostile text is made safe as for the terminal itself."""
        return True


@contextmanager
def paged(stream: TextIO, command: Sequence[str]) -> Iterator[TextIO]:
    """Give a stream into the pager; without a command, or if it can't run, it is `stream`.

    People may leave the pager before everything was written: that is no failure.
    """
    process = _started(stream, command) if command else None
    if process is None or process.stdin is None:
        yield stream
        return
    screen = _Screen(process.stdin, encoding="utf-8", errors="backslashreplace")
    try:
        yield screen
    except (BrokenPipeError, KeyboardInterrupt):
        pass
    finally:
        _close(screen)
        _wait(process)


def _started(stream: TextIO, command: Sequence[str]) -> subprocess.Popen[bytes] | None:
    stream.flush()
    environ = {"LESS": _LESS, "LESSCHARSET": "utf-8", **os.environ}
    try:
        # No shell; and the command is people's own, never what a file in some folder says.
        return subprocess.Popen(list(command), stdin=subprocess.PIPE, env=environ)  # noqa: S603
    except OSError:
        return None


def _close(screen: TextIO) -> None:
    with suppress(BrokenPipeError, KeyboardInterrupt):
        screen.close()


def _wait(process: subprocess.Popen[bytes]) -> None:
    """Ctrl-C is for the pager, which stays: its reader looks for another place."""
    while True:
        try:
            process.wait()
        except KeyboardInterrupt:
            continue
        return
