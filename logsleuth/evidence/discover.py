"""From paths, folders and archives to files: nothing has to be labelled, nothing is lost."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from logsleuth.errors import UsageError
from logsleuth.evidence import archives

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_KINDS: Final = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
# Where DuckDB has its name in the files that it writes.
_DUCKDB: Final = slice(8, 12)


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A file to read: its name for people, and where its bytes are (None: standard input)."""

    name: str
    path: Path | None
    once: bool = False
    """Whether it is a pipe, which can't be read twice."""


def discover(paths: Sequence[str], scratch: Path) -> tuple[list[EvidenceFile], list[str]]:
    """List the files under the given paths in order of name, and say what could not be taken.

    Members of archives are unpacked into `scratch` and named `archive!member`. A file that is
    reached on two ways is listed once.

    Raises:
        UsageError: a path doesn't exist.
        OSError: `scratch` can't be written to.
    """
    problems: list[str] = []
    found: dict[str, EvidenceFile] = {}
    seen: set[tuple[int, int]] = set()
    for text in paths:
        for file in _given(text, problems):
            key = _identity(file)
            if key is None or key not in seen:
                found |= {f.name: f for f in _unpacked(file, scratch, problems)}
            if key is not None:
                seen.add(key)
    return [found[name] for name in sorted(found)], problems


def shown(name: str) -> str:
    """Return a file's name as text that can be stored: bytes that are no UTF-8 are replaced."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _given(text: str, problems: list[str]) -> Iterator[EvidenceFile]:
    if text == "-":
        yield EvidenceFile("-", None, once=True)
        return
    path = Path(text)
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        message = f"{text}: there is no such file or folder"
        if not isinstance(error, FileNotFoundError):
            message = f"{text}: can't be looked at: {why}"
        raise UsageError(message, hint="logsleuth investigate FOLDER_WITH_LOGS") from error
    if stat.S_ISFIFO(mode):
        # Given by name it is meant: a shell's <(zcat …) is one.
        yield EvidenceFile(shown(text), path, once=True)
    else:
        yield from _walk(path, problems)


def _walk(path: Path, problems: list[str]) -> Iterator[EvidenceFile]:
    name = shown(str(path))
    try:
        mode = path.stat().st_mode
        if stat.S_ISREG(mode):
            yield EvidenceFile(name, path)
        elif not stat.S_ISDIR(mode):
            kind = next((kind for test, kind in _KINDS if test(mode)), "no file")
            problems.append(f"{name}: {kind}, not read")
        else:
            for entry in sorted(path.iterdir()):
                if entry.is_dir() and entry.is_symlink():
                    problems.append(f"{shown(str(entry))}: a link to a folder, not followed")
                elif entry.name != ".git":
                    yield from _walk(entry, problems)
    except OSError as error:
        why = "a link that leads nowhere" if path.is_symlink() else error.strerror or str(error)
        problems.append(f"{name}: {why}, not read")


def _identity(file: EvidenceFile) -> tuple[int, int] | None:
    if file.path is None or file.once:
        return None
    try:
        status = file.path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _unpacked(file: EvidenceFile, scratch: Path, problems: list[str]) -> list[EvidenceFile]:
    """The file itself, or the members of the archive that it is; nothing for a case."""
    if file.path is None or file.once:
        return [file]
    try:
        with file.path.open("rb") as raw:
            head = raw.read(_DUCKDB.stop)
    except OSError as error:
        problems.append(f"{file.name}: can't be read: {error.strerror or error}")
        return []
    if head[_DUCKDB] == b"DUCK" or file.name.lower().endswith(".duckdb.wal"):
        problems.append(f"{file.name}: a DuckDB file such as a case, not read as evidence")
        return []
    members = archives.unpack(file.name, file.path, scratch, problems)
    return [file] if members is None else [EvidenceFile(shown(n), path) for n, path in members]
