"""What `logsleuth doctor` finds: settings and their sources, versions, terminal, machine, data."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from logsleuth.console import machine, terminal
from logsleuth.errors import LogsleuthError
from logsleuth.settings import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from logsleuth.console.session import Session

OK: Final = "ok"
WARNING: Final = "warning"
UNUSABLE: Final = "unusable"
_LIBRARIES: Final = (
    "duckdb", "jinja2", "nginx-crossplane", "numpy", "plotly", "polars", "pyarrow", "rich",
    "scipy", "typer",
)  # fmt: skip
# Reading a gigabyte of logs takes about as much.
_LITTLE: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what it is, by what, and whether it can be used."""

    about: str
    name: str
    value: str | None
    source: str
    state: str = OK


def findings(session: Session, given: Mapping[str, Path]) -> list[Finding]:
    """Look at everything; `given` are the options that go before the settings."""
    settings, problems = resolve.gathered(session.around)
    told = settings | {name: resolve.Setting(path, f"--{name}") for name, path in given.items()}
    return [
        *(Finding("setting", name, _said(one.value), one.source) for name, one in told.items()),
        *(Finding("setting", where, str(why), where, UNUSABLE) for where, why in problems.items()),
        *_odd_variables(session.environ),
        *_files(session.around),
        *_versions(),
        *_terminal(session.bare() if problems else session),
        *_machine(),
        *_data(told),
        _case(told["case"]),
    ]


def _said(value: object) -> str | None:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return None if value is None else str(value)


def _odd_variables(environ: Mapping[str, str]) -> Iterator[Finding]:
    for name, near in resolve.unknown(environ).items():
        said = f"no setting has this variable; {near}".removesuffix("; ")
        yield Finding("setting", name, said, name, WARNING)


def _files(around: resolve.Around) -> Iterator[Finding]:
    for path, own in resolve.places(around):
        yield Finding("file", "the user's" if own else "nearest", str(path), "found")


def _versions() -> Iterator[Finding]:
    from importlib.metadata import PackageNotFoundError, version

    from logsleuth import __version__

    yield Finding("version", "logsleuth", __version__, str(Path(__file__).parents[1]))
    yield Finding("version", "python", platform.python_version(), sys.executable)
    for name in _LIBRARIES:
        try:
            yield Finding("version", name, version(name), "installed")
        except PackageNotFoundError:
            yield Finding("version", name, None, "not installed", UNUSABLE)


def _terminal(session: Session) -> Iterator[Finding]:
    out = sys.stdout
    color, width = terminal.color(session, out), terminal.width(session)
    pager = terminal.pager(session, out)
    encoding = (out.encoding or "").lower()
    yield Finding("terminal", "stdout", "terminal" if out.isatty() else "no terminal", "system")
    yield Finding("terminal", "color", "yes" if color.value else "no", color.source)
    yield Finding("terminal", "width", str(width.value), width.source)
    yield Finding("terminal", "encoding", encoding, "system", OK if "utf" in encoding else WARNING)
    words = pager.value if isinstance(pager.value, tuple) else ()
    yield Finding("terminal", "pager", " ".join(words) or "none", pager.source, _runs(words))


def _runs(words: tuple[str, ...]) -> str:
    return OK if not words or shutil.which(words[0]) else WARNING


def _machine() -> Iterator[Finding]:
    cores, said = machine.cores()
    yield Finding("machine", "cores", f"{cores:g}", said)
    memory, said = machine.memory()
    yield Finding("machine", "memory", _bytes(memory) if memory else None, said)
    yield _scratch()


def _scratch() -> Finding:
    said = next((name for name in ("TMPDIR", "TEMP", "TMP") if os.environ.get(name)), "system")
    try:
        folder = tempfile.gettempdir()
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except OSError as error:
        return Finding("machine", "temporary files", str(error), said, UNUSABLE)
    state = OK if free >= _LITTLE else WARNING
    return Finding("machine", "temporary files", f"{folder}: {_bytes(free)} free", said, state)


def _bytes(count: int) -> str:
    return f"{count / (1 << 30):.1f} GiB"


def _data(told: Mapping[str, resolve.Setting]) -> Iterator[Finding]:
    yield from _loaded("formats", told["formats"], _formats)
    yield from _loaded("queries", told["queries"], _queries)


def _loaded(
    name: str, setting: resolve.Setting, load: Callable[[Path | None], int]
) -> Iterator[Finding]:
    yield Finding(name, "shipped", str(shipped := load(None)), "logsleuth")
    if not isinstance(setting.value, Path):
        return
    if not setting.value.is_dir():
        yield Finding(name, "own", f"{setting.value} is no folder", setting.source, UNUSABLE)
        return
    try:
        own = load(setting.value) - shipped
    except (LogsleuthError, OSError, UnicodeDecodeError) as error:
        yield Finding(name, "own", str(error), setting.source, UNUSABLE)
    else:
        yield Finding(name, "own", f"{own} more in {setting.value}", setting.source)


def _formats(folder: Path | None) -> int:
    from logsleuth.formats import spec

    return len(spec.load(folder))


def _queries(folder: Path | None) -> int:
    from logsleuth.case import library

    return len(library.load(folder))


def _case(setting: resolve.Setting) -> Finding:
    from logsleuth.case.opening import chosen
    from logsleuth.case.store import SCHEMA_VERSION, open_case

    named: Any = setting.value
    try:
        path = chosen(named)
    except LogsleuthError as none:
        return Finding("case", "chosen", f"none: {none}", setting.source)
    source = setting.source if named else "the only one in this folder"
    try:
        with open_case(path):
            return Finding("case", "chosen", f"{path}: schema {SCHEMA_VERSION}", source)
    except LogsleuthError as error:
        return Finding("case", "chosen", str(error), source, UNUSABLE)
