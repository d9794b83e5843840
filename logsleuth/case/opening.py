"""Opens a case, or makes one of evidence: a command takes either."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from logsleuth.case.store import open_case
from logsleuth.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from logsleuth.case.account import Progress
    from logsleuth.case.store import Case
    from logsleuth.formats.spec import Format

# Where DuckDB has its name in the files that it writes.
_MAGIC: Final = slice(8, 12)


def is_case(path: str) -> bool:
    """Whether a path is a DuckDB file."""
    try:
        with Path(path).open("rb") as file:
            return file.read(_MAGIC.stop)[_MAGIC] == b"DUCK"
    except OSError:
        return False


def chosen(case: Path | None) -> Path:
    """Return the case that was named, or the only one here.

    Raises:
        UsageError: none was named, and there is none here or more than one.
    """
    if case is not None:
        return case
    here = [path for path in sorted(Path().glob("*.duckdb")) if is_case(str(path))]
    if len(here) == 1:
        return here[0]
    message = f"which case? there are {len(here)} in this folder"
    raise UsageError(message, hint="name it with --case FILE or in LOGSLEUTH_CASE")


@contextmanager
def opened(
    evidence: Sequence[str],
    kept: Path | None,
    formats: Callable[[], Sequence[Format]],
    progress: Callable[[Progress], None],
    zones: Sequence[str] = (),
) -> Iterator[tuple[Case, tuple[str, ...]]]:
    """Open the case that the evidence is, or read the evidence into one; with what went wrong.

    The case is removed afterwards, unless it is to be kept in the file `kept`.

    Raises:
        LogsleuthError: whatever reading or opening it raises.
    """
    cases = [path for path in evidence if is_case(path)]
    if cases and (len(evidence) > 1 or kept is not None):
        message = f"{cases[0]} is a case already, so it can't be read with other evidence"
        raise UsageError(message, hint=f"logsleuth ingest EVIDENCE --case {cases[0]} adds to it")
    if cases:
        with open_case(Path(cases[0])) as case:
            yield case, ()
        return
    with TemporaryDirectory(prefix="logsleuth-") as scratch:
        path = Path(scratch) / "case.duckdb" if kept is None else kept
        problems = _read(evidence, path, formats, progress, zones)
        with open_case(path) as case:
            yield case, problems


def writable(target: Path, evidence: Sequence[str]) -> None:
    """Refuse, before the work is done, to write where nothing can be or over the evidence.

    Raises:
        UsageError: the folder isn't there, the target is one, or it is part of the evidence.
    """
    if not target.parent.is_dir():
        message = f"{target}: there is no folder {target.parent}"
        raise UsageError(message, hint=f"mkdir -p {target.parent}")
    if target.is_dir():
        message = f"{target}: a folder, a file is wanted"
        raise UsageError(message, hint=f"for example {target / target.name}")
    if any(Path(path).is_file() and _same(target, Path(path)) for path in evidence):
        message = f"{target}: this is the evidence, it won't be written over"
        raise UsageError(message, hint="name another file")


def _same(one: Path, other: Path) -> bool:
    return one.exists() and one.samefile(other)


def _read(
    evidence: Sequence[str],
    path: Path,
    formats: Callable[[], Sequence[Format]],
    progress: Callable[[Progress], None],
    zones: Sequence[str],
) -> tuple[str, ...]:
    from logsleuth.case.ingest import ingest

    writable(path, evidence)
    return tuple(ingest(evidence, path, formats(), progress, zones).problems)
