"""From paths, folders and archives to files: nothing has to be labelled, nothing is lost."""

from __future__ import annotations

import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from logsleuth.errors import UsageError
from logsleuth.evidence import files

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import IO

# An archive may not fill the disk: neither in all, nor by the number of its members.
_ARCHIVE_BYTES: Final = 64 << 30
_ARCHIVE_MEMBERS: Final = 20_000
_ARCHIVE_DEPTH: Final = 4
_TAR_NAMES: Final = (".tar", ".tgz", ".tbz2", ".txz", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst")


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A file to read: its name for people, and where its bytes are (None: standard input)."""

    name: str
    path: Path | None


def discover(paths: Sequence[str], scratch: Path) -> tuple[list[EvidenceFile], list[str]]:
    """List the files under the given paths in order of name, and say what could not be taken.

    Members of archives are unpacked into `scratch` and named `archive!member`.

    Raises:
        UsageError: a path doesn't exist.
    """
    problems: list[str] = []
    found: list[EvidenceFile] = []
    for text in paths:
        if text == "-":
            found.append(EvidenceFile("-", None))
            continue
        path = Path(text)
        if not path.exists():
            message = f"{text}: there is no such file or folder"
            raise UsageError(message, hint="logsleuth investigate FOLDER_WITH_LOGS")
        for file in _walk(path):
            found += _unpacked(EvidenceFile(str(file), file), scratch, problems, 0)
    unique = {file.name: file for file in found}
    return [unique[name] for name in sorted(unique)], problems


def _walk(path: Path) -> Iterator[Path]:
    if path.is_file() or not path.is_dir():
        yield path
        return
    for entry in sorted(path.iterdir()):
        if entry.is_dir():
            if not entry.is_symlink() and entry.name != ".git":
                yield from _walk(entry)
        elif entry.is_file():
            yield entry


def _unpacked(
    file: EvidenceFile, scratch: Path, problems: list[str], depth: int
) -> list[EvidenceFile]:
    """The file itself, or the members of the archive that it is."""
    if file.path is None:
        return [file]
    try:
        if zipfile.is_zipfile(file.path):
            members = _zip(file.path)
        elif file.name.lower().endswith(_TAR_NAMES):
            members = _tar(file.path)
        else:
            return [file]
        if depth >= _ARCHIVE_DEPTH:
            problems.append(f"{file.name}: archives in archives deeper than {_ARCHIVE_DEPTH}")
            return []
        return _extract(file, members, scratch, problems, depth)
    except (OSError, EOFError, tarfile.TarError, zipfile.BadZipFile, files.Damaged) as error:
        problems.append(f"{file.name}: the archive is damaged: {error}")
        return []



def _extract(
    file: EvidenceFile,
    members: Iterator[tuple[str, IO[bytes]]],
    scratch: Path,
    problems: list[str],
    depth: int,
) -> list[EvidenceFile]:
    found: list[EvidenceFile] = []
    room = _ARCHIVE_BYTES
    for count, (name, stream) in enumerate(members):
        if count >= _ARCHIVE_MEMBERS or room <= 0:
            problems.append(f"{file.name}: too large an archive; what follows {name} was not read")
            break
        # The member's own name never becomes a path, so it can't lead out of the folder.
        target = scratch / f"{len(list(scratch.iterdir()))}{''.join(PurePosixPath(name).suffixes[-2:])}"
        with target.open("wb") as out:
            while room > 0 and (part := stream.read(min(1 << 20, room))):
                out.write(part)
                room -= len(part)
        member = EvidenceFile(f"{file.name}!{name}", target)
        found += _unpacked(member, scratch, problems, depth + 1)
    return found


def _zip(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    with zipfile.ZipFile(path) as archive:
        for info in sorted(archive.infolist(), key=lambda item: item.filename):
            if not info.is_dir():
                with archive.open(info) as stream:
                    yield info.filename, stream


def _tar(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    with path.open("rb") as raw:
        head = raw.read(8)
        raw.seek(0)
        if files.compression(head) == "zstd":
            import zstandard

            stream = zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)
            archive = tarfile.open(fileobj=stream, mode="r|")
        else:
            archive = tarfile.open(fileobj=raw, mode="r|*")
        with archive:
            for info in archive:
                content = archive.extractfile(info) if info.isfile() else None
                if content is not None:
                    yield info.name, content
