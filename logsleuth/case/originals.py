"""Finds the files that a case was read from, and takes pieces of their bytes in one pass."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, Self

from logsleuth.errors import CaseError
from logsleuth.evidence import files
from logsleuth.evidence.discover import discover

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_BLOCK: Final = 4 << 20


class Originals:
    """The files behind the names in a case; archives are unpacked once, for as long as it is open.

    A name is looked up from the current folder, then from the folder of the case.
    """

    def __init__(self, folder: Path) -> None:
        """Look for relative names in `folder` too, the one that the case is in."""
        self._folders = (Path(), folder)
        self._scratch = TemporaryDirectory(prefix="logsleuth-")
        self._unpacked: dict[Path, dict[str, Path]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._scratch.cleanup()

    def find(self, name: str) -> Path:
        """Return where the bytes of a source are.

        Raises:
            CaseError: the file, its archive, or the member isn't there.
        """
        if name == "-":
            message = "standard input wasn't kept, so its lines can't be shown"
            raise CaseError(message, hint="the case has their fields: logsleuth sql --help")
        found = self._file(name) or self._member(name)
        if found is None:
            message = f"{name}: the evidence isn't there any more"
            raise CaseError(message, hint="run it from the folder where the evidence was read")
        return found

    def _file(self, name: str) -> Path | None:
        paths = (folder / name for folder in self._folders)
        return next((path for path in paths if path.is_file()), None)

    def _member(self, name: str) -> Path | None:
        """Look into `archive!member`; a name may have more than one `!`, for archives nest."""
        for place, char in enumerate(name):
            archive = self._file(name[:place]) if char == "!" else None
            if archive is not None:
                return self._members(archive).get(name[place:])
        return None

    def _members(self, archive: Path) -> dict[str, Path]:
        if archive not in self._unpacked:
            room = Path(self._scratch.name) / str(len(self._unpacked))
            room.mkdir()
            found, _ = discover([str(archive)], room)
            self._unpacked[archive] = {
                file.name.removeprefix(str(archive)): file.path for file in found if file.path
            }
        return self._unpacked[archive]


def pieces(path: Path, wanted: Sequence[tuple[int, int]]) -> Iterator[bytes]:
    """Yield the bytes from `begin` to `end` of each wanted span, the file decompressed.

    Spans are in order and don't overlap. What lies behind the end of the file is left out.
    """
    with path.open("rb") as file:
        if files.compression(file.read(files.HEAD)) is None:
            for begin, end in wanted:
                file.seek(begin)
                yield file.read(end - begin)
            return
    yield from _streamed(_blocks(path), wanted)


def plain_size(path: Path) -> int | None:
    """Return how many bytes a file has; None where it is compressed."""
    with path.open("rb") as file:
        return None if files.compression(file.read(files.HEAD)) else file.seek(0, 2)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file's decompressed bytes, as a case has it."""
    known = hashlib.sha256()
    for block in _blocks(path):
        known.update(block)
    return known.hexdigest()


def _streamed(blocks: Iterator[bytes], wanted: Sequence[tuple[int, int]]) -> Iterator[bytes]:
    position, block = 0, b""
    for begin, end in wanted:
        parts: list[bytes] = []
        while True:
            parts.append(block[max(begin - position, 0) : max(end - position, 0)])
            if position + len(block) >= end:
                break
            following = next(blocks, None)
            if following is None:
                break
            position, block = position + len(block), following
        yield b"".join(parts)


def _blocks(path: Path) -> Iterator[bytes]:
    """The blocks of a file; of damaged ones what can be read, as when the case was made."""
    with suppress(files.Damaged):
        yield from files.blocks(path, _BLOCK)
