"""Reads a file of the evidence as decompressed blocks, whatever it is packed or encoded with."""

from __future__ import annotations

import codecs
import io
import itertools
import re
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from io import FileIO
    from pathlib import Path
    from typing import BinaryIO

    Raw = BinaryIO | FileIO

# Larger ones leave the processor's caches, and each needs fresh memory from the kernel.
BLOCK: Final = 8 << 20
_COMPRESSED: Final = 1 << 20
# What one call can make of this much is bounded, even by a bomb, and lost where it is damaged.
_FED: Final = 16 << 10
_MAGIC: Final = {
    "gzip": b"\x1f\x8b",
    "zstd": b"\x28\xb5\x2f\xfd",
    "bzip2": b"BZh",
    "xz": b"\xfd7zXZ\x00",
    "lz4": b"\x04\x22\x4d\x18",
}
# bzip2's magic could begin a line of text: what follows it decides. Source: its file format: a
# block or the end of the stream behind the size of the blocks.
_BLOCKS: Final = (b"1AY&SY", b"\x17rE8P\x90")
# Windows writes UTF-16 with a mark: SQL Server its ERRORLOG, PowerShell what goes to a file.
# The mark alone may be any two bytes; four characters of Latin behind it aren't.
_WIDE: Final = re.compile(rb"\xff\xfe(?:[^\0]\0){4}|\xfe\xff(?:\0[^\0]){4}", re.DOTALL)
_UTF_16: Final = "utf-16"
HEAD: Final = 10
"""So many bytes tell what a file is packed with."""
_LAYERS: Final = 4


class Damaged(Exception):  # noqa: N818 - says what the data is
    """Compressed data that ends too early or is broken; what could be read came before."""

    rest = b""


@dataclass(slots=True)
class Meter:
    """How many bytes of a file have been read, as they lie on the disk."""

    bytes: int = 0


def blocks(path: Path | None, size: int = BLOCK, meter: Meter | None = None) -> Iterator[bytes]:
    """Yield the decompressed bytes of a file in blocks of `size`, the last one shorter.

    `path` None is standard input; `meter` is kept up to date while reading.

    Raises:
        OSError: the file can't be opened or read.
        Damaged: compressed data ends too early or is broken; what could be read came before.
    """
    with _opened(path) as raw:
        yield from _whole(_content(raw, size, meter or Meter()), size)


def compression(head: bytes) -> str | None:
    """Name the compression, or the encoding, that the first bytes of a file announce."""
    if _WIDE.match(head):
        return _UTF_16
    found = next((name for name, magic in _MAGIC.items() if head.startswith(magic)), None)
    behind = head[4:HEAD]
    if found == "bzip2" and not (behind and any(block.startswith(behind) for block in _BLOCKS)):
        return None
    return found


@contextmanager
def _opened(path: Path | None) -> Iterator[Raw]:
    if path is None:
        yield sys.stdin.buffer
        return
    with path.open("rb", buffering=0) as raw:
        yield raw


def _content(raw: Raw, size: int, meter: Meter) -> Iterator[bytes]:
    head = b""
    while len(head) < HEAD and (part := raw.read(size)):
        head += part
        meter.bytes += len(part)
    kind = compression(head)
    if kind is None:
        yield head
        yield from _parts(raw, size, meter)
    else:
        yield from _peeled(_inflated(head, _parts(raw, _COMPRESSED, meter), kind))


def _peeled(parts: Iterator[bytes], depth: int = 1) -> Iterator[bytes]:
    """What was compressed more than once, as a rotation of what was compressed already."""
    head = b""
    # A decompressor may give nothing for what it was fed, and go on.
    for part in parts:
        head += part
        if len(head) >= HEAD:
            break
    kind = compression(head)
    if kind is None or depth == _LAYERS:
        yield head
        yield from parts
    else:
        yield from _peeled(_inflated(head, parts, kind), depth + 1)


def _parts(raw: Raw, size: int, meter: Meter) -> Iterator[bytes]:
    while part := raw.read(size):
        meter.bytes += len(part)
        yield part


def _whole(parts: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Join parts to full blocks, so that blocks don't depend on how a pipe delivers."""
    held: list[bytes] = []
    count = 0
    try:
        for part in parts:
            start = 0
            while count + len(part) - start >= size:
                end = start + size - count
                held.append(part[start:end])
                yield held[0] if len(held) == 1 else b"".join(held)
                held, count, start = [], 0, end
            if start < len(part):
                held.append(part[start:])
                count += len(part) - start
    except (Damaged, OSError):
        if held:
            yield b"".join(held)
        raise
    if held:
        yield b"".join(held)


class _Decompressor(Protocol):
    """What the standard library's incremental decompressors have in common."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


def _inflated(head: bytes, parts: Iterator[bytes], kind: str) -> Iterator[bytes]:
    """Decompress; a file may have several streams one after the other, as rotation appends them."""
    if kind in _OTHERS:
        yield from _OTHERS[kind](head, parts)
        return
    make, broken = _codec(kind)
    unit = make()
    for part in _fed(head, parts):
        left = part
        while left:
            if unit.eof:
                # Tapes and block devices pad with zeros.
                left = left.lstrip(b"\0")
                if not left:
                    break
                if not left.startswith(_MAGIC[kind][: len(left)]):
                    message = f"what follows the {kind} data is no {kind} data"
                    raise Damaged(message)
                unit = make()
            try:
                yield unit.decompress(left)
            except broken as error:
                raise Damaged(str(error) or f"the {kind} data is broken") from error
            left = unit.unused_data if unit.eof else b""
    if not unit.eof:
        message = f"the {kind} data ends before its end"
        raise Damaged(message)


class _Pulled(io.RawIOBase):
    """Parts as a file to be read from, for decompressors that want one."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        super().__init__()
        self._parts, self._left = parts, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            part = next(self._parts, None)
            if part is None:
                return 0
            self._left = part
        taken = self._left[: len(buffer)]
        buffer[: len(taken)] = taken
        self._left = self._left[len(taken) :]
        return len(taken)


def _unlz4(head: bytes, parts: Iterator[bytes]) -> Iterator[bytes]:
    import pyarrow as pa

    pulled = pa.PythonFile(_Pulled(_fed(head, parts)), mode="r")
    stream = pa.CompressedInputStream(pulled, "lz4")
    try:
        while part := stream.read(_FED):
            yield part
    except OSError as error:
        raise Damaged(str(error)) from error


def _as_utf_8(head: bytes, parts: Iterator[bytes]) -> Iterator[bytes]:
    """The text in the encoding that all the others have; what can't be read becomes a mark."""
    decoder = codecs.getincrementaldecoder(_UTF_16)("replace")
    for part in itertools.chain((head,), parts):
        if text := decoder.decode(part):
            yield text.encode()
    yield decoder.decode(b"", final=True).encode()


# What isn't fed to a decompressor of the usual kind.
_OTHERS: Final[dict[str, Callable[[bytes, Iterator[bytes]], Iterator[bytes]]]] = {
    "lz4": _unlz4,
    _UTF_16: _as_utf_8,
}


def _fed(head: bytes, parts: Iterator[bytes]) -> Iterator[bytes]:
    for part in itertools.chain((head,), parts):
        yield from (part[i : i + _FED] for i in range(0, len(part), _FED))


def _codec(kind: str) -> tuple[Callable[[], _Decompressor], tuple[type[Exception], ...]]:
    """How to make a decompressor, and what it raises where the data is broken."""
    if kind == "gzip":
        from isal import igzip_lib

        def gunzip() -> Any:
            return igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)

        errors: Any = (igzip_lib.IsalError, EOFError, ValueError)
        return gunzip, errors
    if kind == "zstd":
        import zstandard

        def unzstd() -> Any:
            return zstandard.ZstdDecompressor().decompressobj()

        return unzstd, (zstandard.ZstdError,)
    if kind == "bzip2":
        import bz2

        return bz2.BZ2Decompressor, (OSError, ValueError, EOFError)
    import lzma

    return lzma.LZMADecompressor, (lzma.LZMAError, EOFError)
