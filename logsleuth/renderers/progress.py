"""How far reading has come, on a terminal and nowhere else."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TextIO

from logsleuth.renderers.text import sanitise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Progress, TaskID


class _Step(Protocol):
    """What an ingest tells: lines are of the file, bytes of all files so far."""

    @property
    def file(self) -> str: ...
    @property
    def lines(self) -> int: ...
    @property
    def rejected(self) -> int: ...
    @property
    def bytes(self) -> int: ...
    @property
    def total_bytes(self) -> int | None: ...


@contextmanager
def reading(stream: TextIO, *, quiet: bool = False) -> Iterator[Callable[[_Step], None]]:
    """Give a function that shows the file, lines, rate, refused lines and the time left.

    It shows nothing where `stream` isn't a terminal, or `quiet` is asked for.
    """
    if quiet or not stream.isatty():
        yield lambda _step: None
        return
    with _bar(stream) as bar:
        told = _Told(bar, bar.add_task("reading", total=None, file="", told=""))
        yield told


class _Told:
    """Adds the files up: a step speaks of its own file only."""

    def __init__(self, bar: Progress, task: TaskID) -> None:
        self._bar = bar
        self._task = task
        self._files: dict[str, tuple[int, int]] = {}

    def __call__(self, step: _Step) -> None:
        self._files[step.file] = (step.lines, step.rejected)
        lines, rejected = map(sum, zip(*self._files.values(), strict=True))
        elapsed = self._bar.tasks[0].elapsed or 0.0
        rate = f" · {lines / elapsed:,.0f}/s" if elapsed > 1 else ""
        self._bar.update(
            self._task,
            completed=step.bytes,
            total=step.total_bytes,
            file=sanitise(step.file.rpartition("/")[2]),
            told=f"{lines:,} lines{rate} · {rejected:,} rejected",
        )


def _bar(stream: TextIO) -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.table import Column

    name = Column(no_wrap=True, overflow="ellipsis", ratio=1)
    return Progress(
        TextColumn("{task.fields[file]}", table_column=name, markup=False),
        BarColumn(bar_width=12),
        TextColumn("{task.fields[told]}", markup=False),
        TimeRemainingColumn(compact=True),
        console=Console(file=stream, stderr=True),
        refresh_per_second=5,
        transient=True,
        expand=True,
    )
