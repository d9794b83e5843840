"""Unpacks archives, and archives in archives, within limits and into a folder of their own."""

from __future__ import annotations

import calendar
import errno
import lzma
import os
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from logsleuth.evidence import files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

# An archive may not fill the disk: neither in all, nor by the number of its members, nor as a bomb
# that is many times larger than it looks. Logs shrink to a hundredth at best.
_BYTES: Final = 64 << 30
_MEMBERS: Final = 20_000
_DEPTH: Final = 4
_SMALL: Final = 1 << 30
_RATIO: Final = 1000
# Left on the disk for the case itself.
_SPARED: Final = 256 << 20
_TAR_NAMES: Final = (".tar", ".tgz", ".tbz2", ".txz", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst")
_ZIP: Final = b"PK\x03\x04"
_USTAR: Final = slice(257, 262)
_PART: Final = 64 << 10
_LATEST: Final = float(1 << 32)
# What the two modules raise for archives that are damaged, encrypted, or packed in ways unknown.
_BROKEN: Final = (
    OSError, EOFError, RuntimeError, ValueError, NotImplementedError, zlib.error, lzma.LZMAError,
    tarfile.TarError, zipfile.BadZipFile, files.Damaged,
)  # fmt: skip
_OURS: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True, slots=True)
class _Member:
    """A file in an archive: its content, or why there is none."""

    name: str
    written: float
    content: IO[bytes] | Exception


@dataclass(slots=True)
class _Unpacking:
    """What may still be written for one archive, those inside it included."""

    folder: Path
    problems: list[str]
    room: int
    members: int = 0
    found: list[tuple[str, Path]] = field(default_factory=list)


class _TooLarge(Exception):  # noqa: N818 - says what the archive is
    """The archive is over a limit; what was unpacked so far stays."""


def unpack(
    name: str, path: Path, scratch: Path, problems: list[str]
) -> list[tuple[str, Path]] | None:
    """Return the members of an archive as (name, where it was unpacked to); None if it is none.

    Raises:
        OSError: `scratch` is full.
    """
    members = _members(name, path)
    if members is None:
        return None
    room = min(
        _BYTES,
        _SMALL + _RATIO * path.stat().st_size,
        max(shutil.disk_usage(scratch).free - _SPARED, 0),
    )
    unpacking = _Unpacking(Path(tempfile.mkdtemp(dir=scratch)), problems, room)
    try:
        _descend(name, members, unpacking, 0)
    except _TooLarge as limit:
        problems.append(f"{name}: {limit}")
    return _numbered(unpacking.found)


def _descend(name: str, members: Iterator[_Member], unpacking: _Unpacking, depth: int) -> None:
    if depth >= _DEPTH:
        unpacking.problems.append(f"{name}: archives in archives deeper than {_DEPTH}, not read")
        return
    try:
        for member in members:
            inner = f"{name}!{member.name}"
            target = _extract(inner, member, unpacking)
            again = _members(inner, target) if target else None
            if target and again is None:
                unpacking.found.append((inner, target))
            elif target and again is not None:
                _descend(inner, again, unpacking, depth + 1)
                target.unlink()
    except _BROKEN as error:
        _raise_ours(error)
        unpacking.problems.append(f"{name}: the archive is damaged: {_said(error)}")


def _members(name: str, path: Path) -> Iterator[_Member] | None:
    """The regular files in an archive; None where the file is no archive."""
    try:
        with path.open("rb") as raw:
            zipped = raw.read(2) == b"PK"
        if zipped and zipfile.is_zipfile(path):
            return _zip(path)
        head = next(files.blocks(path, 512), b"")
    except files.Damaged:
        head = b""
    except OSError as error:
        _raise_ours(error)
        return None
    if head.startswith(_ZIP) and not zipped:
        return _compressed(name, path)
    if head[_USTAR] == b"ustar" or (name.lower().endswith(_TAR_NAMES) and _opens(path)):
        return _tar(path)
    return None


def _compressed(name: str, path: Path) -> Iterator[_Member]:
    """A zip is read from its end, so one that is compressed itself is decompressed first."""
    inner = Path(name.rpartition("!")[2]).stem
    yield _Member(inner, path.stat().st_mtime, cast(Any, _Decompressed(path)))


def _opens(path: Path) -> bool:
    """Whether a file is the tar that it is named after, in a dialect without a mark."""
    try:
        tarfile.open(fileobj=cast(Any, _Decompressed(path)), mode="r|").close()
    except _BROKEN:
        return False
    return True


def _extract(name: str, member: _Member, unpacking: _Unpacking) -> Path | None:
    """Write a member into a file of ours; of a damaged one, what can be read.

    The member's own name never becomes a path, so it can't lead out of the folder.
    """
    unpacking.members += 1
    if unpacking.members > _MEMBERS:
        message = f"more than {_MEMBERS:,} members; {name} and what follows was not read"
        raise _TooLarge(message)
    target = unpacking.folder / str(unpacking.members)
    try:
        if isinstance(member.content, Exception):
            raise member.content
        _copy(name, member.content, target, unpacking)
    except _BROKEN as error:
        _raise_ours(error)
        unpacking.problems.append(f"{name}: damaged or unreadable: {_said(error)}")
        if not target.exists() or not target.stat().st_size:
            return None
    written = min(max(member.written, 0.0), _LATEST)
    os.utime(target, (written, written))
    return target


def _copy(name: str, content: IO[bytes], target: Path, unpacking: _Unpacking) -> None:
    # Small parts, or the last bytes before a damage would be lost with it.
    with target.open("wb") as out:
        while part := content.read(_PART):
            unpacking.room -= len(part)
            if unpacking.room < 0:
                message = f"unpacks to more than its limit; {name} and what follows was not read"
                raise _TooLarge(message)
            out.write(part)


def _zip(path: Path) -> Iterator[_Member]:
    with zipfile.ZipFile(path) as archive:
        for info in sorted(archive.infolist(), key=lambda item: item.filename):
            if info.is_dir():
                continue
            written = _dated(info)
            try:
                content = archive.open(info)
            except _BROKEN as error:
                yield _Member(info.filename, written, error)
                continue
            with content:
                yield _Member(info.filename, written, content)


def _dated(info: zipfile.ZipInfo) -> float:
    try:
        return float(calendar.timegm((*info.date_time, 0, 0, 0)))
    except ValueError:
        return 0.0


def _tar(path: Path) -> Iterator[_Member]:
    stream = cast(Any, _Decompressed(path))
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for info in archive:
            content = archive.extractfile(info) if info.isfile() else None
            if content is not None:
                yield _Member(info.name, float(info.mtime), content)


class _Decompressed:
    """The little of a file that a streamed tar needs: whatever compression, read in order."""

    def __init__(self, path: Path) -> None:
        self._blocks = files.blocks(path, _PART)
        self._rest = b""

    def read(self, size: int) -> bytes:
        while len(self._rest) < size and (block := next(self._blocks, b"")):
            self._rest += block
        given, self._rest = self._rest[:size], self._rest[size:]
        return given


def _numbered(found: list[tuple[str, Path]]) -> list[tuple[str, Path]]:
    """An archive may hold two members of one name: the second becomes `name#2`."""
    counts: dict[str, int] = {}
    named: list[tuple[str, Path]] = []
    for name, path in found:
        counts[name] = counts.get(name, 0) + 1
        named.append((name if counts[name] == 1 else f"{name}#{counts[name]}", path))
    return named


def _raise_ours(error: Exception) -> None:
    """A full disk is no damage of the archive."""
    if isinstance(error, OSError) and error.errno in _OURS:
        raise error


def _said(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).rstrip(".")
