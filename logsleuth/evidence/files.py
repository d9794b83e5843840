"""Reads a file of the evidence as decompressed blocks, whatever it is compressed with."""

from __future__ import annotations

import bz2
import io
import lzma
import sys
import zlib
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BLOCK: Final = 32 << 20
_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_BZIP2: Final = b"BZh"
_XZ: Final = b"\xfd7zXZ\x00"


def blocks(path: Path | None, size: int = BLOCK) -> Iterator[bytes]:
    """Yield the decompressed bytes of a file in blocks of at most `size`; None is standard input.

    Raises:
        OSError: the file can't be opened or read.
        EOFError: compressed data ends too early or is damaged; what could be read came before.
    """
    raw = sys.stdin.buffer if path is None else path.open("rb", buffering=0)
    with raw:
        head = _head(raw)
        joined = _Joined(head, raw)
        stream = _decompressed(joined, head)
        while block := _read(stream, size):
            yield block


def compression(head: bytes) -> str | None:
    """Name the compression that the first bytes of a file announce."""
    known = {"gzip": _GZIP, "zstd": _ZSTD, "bzip2": _BZIP2, "xz": _XZ}
    return next((name for name, magic in known.items() if head.startswith(magic)), None)


class _Joined(io.RawIOBase):
    """A stream with its first bytes put back, for pipes can't be rewound."""

    def __init__(self, head: bytes, rest: BinaryIO | io.FileIO) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._head:
            count = min(len(buffer), len(self._head))
            buffer[:count] = self._head[:count]
            self._head = self._head[count:]
            return count
        data = self._rest.read(len(buffer)) or b""
        buffer[: len(data)] = data
        return len(data)


def _head(raw: BinaryIO | io.FileIO) -> bytes:
    head = b""
    while len(head) < 8:
        more = raw.read(8 - len(head))
        if not more:
            break
        head += more
    return head


def _decompressed(stream: _Joined, head: bytes) -> BinaryIO:
    kind = compression(head)
    buffered: BinaryIO = io.BufferedReader(stream, 1 << 20)
    if kind == "gzip":
        from isal import igzip

        opened: BinaryIO = igzip.IGzipFile(fileobj=buffered)
        return opened
    if kind == "zstd":
        import zstandard

        return zstandard.ZstdDecompressor().stream_reader(buffered, read_across_frames=True)
    if kind == "bzip2":
        return bz2.BZ2File(buffered)
    if kind == "xz":
        return lzma.LZMAFile(buffered)
    return buffered


def _read(stream: BinaryIO, size: int) -> bytes:
    """Read a full block where there is one, so that blocks don't depend on how a pipe delivers."""
    parts: list[bytes] = []
    missing = size
    while missing:
        try:
            part = stream.read(min(missing, 4 << 20))
        except (EOFError, OSError, lzma.LZMAError, zlib.error) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise Damaged(b"".join(parts), str(error)) from error
        except Exception as error:
            if type(error).__module__.startswith(("zstandard", "isal")):
                raise Damaged(b"".join(parts), str(error)) from error
            raise
        if not part:
            break
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


class Damaged(Exception):  # noqa: N818 - says what the data is
    """Compressed data that ends too early or is broken; `rest` is what came out before."""

    def __init__(self, rest: bytes, reason: str) -> None:
        """Keep what could be decompressed, for nothing is to be lost."""
        super().__init__(reason)
        self.rest = rest
