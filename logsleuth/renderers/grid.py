"""Rows as a table that fits the terminal, or one under the other where it is too narrow for one."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final, TextIO

from logsleuth.renderers.table import numeric, plain, seen
from logsleuth.renderers.text import sanitise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from logsleuth.renderers.table import Look

_GAP: Final = "  "
# A name that is cut to less says nothing, and of a sentence that is too little.
_LEAST_NAME: Final = 10
_LEAST_SENTENCE: Final = 20
_BOLD: Final = "\x1b[1m"
_DIM: Final = "\x1b[2m"
_OFF: Final = "\x1b[0m"


def write(stream: TextIO, names: Sequence[str], rows: Iterable[Sequence[Any]], look: Look) -> None:
    """Write rows as a table; in a terminal long texts are cut, figures and times never are."""
    raw = [list(row) for row in rows]
    held = [[plain(value, look.zone) for value in row] for row in raw]
    cells = [[sanitise(seen(value)) for value in row] for row in held]
    heads = [sanitise(name) for name in names]
    right = [numeric(held, column) for column in range(len(names))]
    exact = [one or _times(raw, column) for column, one in enumerate(right)]
    room = _room(stream, look)
    widths = _widths([heads, *cells], exact, room)
    lines = (
        _stacked(heads, cells, room or 0) if widths is None
        else _lines(heads, cells, widths, right)
    )  # fmt: skip
    stream.writelines(_painted(line, part, look) + "\n" for part, line in lines)


def _painted(line: str, part: str, look: Look) -> str:
    ink = {"head": _BOLD, "rule": _DIM}.get(part, "") if look.color else ""
    return f"{ink}{line}{_OFF}" if ink else line


def _lines(
    heads: Sequence[str],
    cells: Sequence[Sequence[str]],
    widths: Sequence[int],
    right: Sequence[bool],
) -> Iterator[tuple[str, str]]:
    rule = ["─" * width for width in widths]
    above = [("head", line) for line in _headed(heads, widths)]
    for part, row in (*above, ("rule", rule), *(("row", row) for row in cells)):
        yield part, _GAP.join(map(_aligned, row, widths, right)).rstrip()


def _headed(heads: Sequence[str], widths: Sequence[int]) -> list[list[str]]:
    """Heads in as many lines as the one has that needs most; the others end in the last line."""
    broken = [_broken(head, width) for head, width in zip(heads, widths, strict=True)]
    deep = max(map(len, broken), default=1)
    full = [[""] * (deep - len(parts)) + parts for parts in broken]
    return [[parts[line] for parts in full] for line in range(deep)]


def _broken(head: str, width: int) -> list[str]:
    """A head that is too wide for its column goes on in the next line, behind an underscore."""
    from rich.cells import cell_len

    if cell_len(head) <= width:
        return [head]
    lines = [""]
    for part in _parts(head):
        if lines[-1] and cell_len(lines[-1] + part) > width:
            lines.append("")
        lines[-1] += part
    return lines


def _parts(head: str) -> list[str]:
    return re.findall(r"[^_]*_+|[^_]+", head) or [head]


def _stacked(
    heads: Sequence[str], cells: Sequence[Sequence[str]], room: int
) -> Iterator[tuple[str, str]]:
    """One block a row, a line a column: what is left where a table would show nothing."""
    from rich.cells import cell_len

    label = min(max(map(cell_len, heads), default=0), max(room // 2, 1))
    for number, row in enumerate(cells, start=1):
        yield "rule", f"── {number} ".ljust(min(room, 2 * label), "─")
        for head, cell in zip(heads, row, strict=True):
            left = _aligned(head, label, to_right=False)
            yield "row", (left + _GAP + _shortened(cell, room - label - len(_GAP))).rstrip()


def _aligned(cell: str, width: int, to_right: bool) -> str:
    from rich.cells import cell_len

    shown = _shortened(cell, width)
    filler = " " * (width - cell_len(shown))
    return filler + shown if to_right else shown + filler


def _shortened(cell: str, width: int) -> str:
    from rich.cells import cell_len, set_cell_size

    return cell if cell_len(cell) <= width else set_cell_size(cell, max(width - 1, 0)) + "…"


def _room(stream: TextIO, look: Look) -> int | None:
    # Cut only for eyes: in a pipe or a file every character is kept.
    if not stream.isatty():
        return None
    if look.width is not None:
        return look.width
    from shutil import get_terminal_size

    return get_terminal_size().columns


def _widths(
    rows: Sequence[Sequence[str]], exact: Sequence[bool], room: int | None
) -> list[int] | None:
    """The width of each column; None where they can't stand side by side."""
    from rich.cells import cell_len

    lengths = [[cell_len(cell) for cell in column] for column in zip(*rows, strict=True)]
    widths = [max(1, *column) for column in lengths]
    if room is None:
        return widths
    bodies = [
        max(1, *column[1:], *map(cell_len, _parts(head)))
        for column, head in zip(lengths, rows[0], strict=True)
    ]
    least = [body if one else _least(body) for body, one in zip(bodies, exact, strict=True)]
    allowed = room - len(_GAP) * (len(widths) - 1)
    if sum(least) > allowed:
        return None
    # Heads are broken before a text is cut.
    return _shrunk(_shrunk(widths, bodies, allowed), least, allowed)


def _shrunk(widths: Sequence[int], least: Sequence[int], allowed: int) -> list[int]:
    """Take from the widest that may still give, until there is room or none of them may."""
    found = list(widths)
    for _ in range(max(sum(widths) - allowed, 0)):
        giving = [n for n, width in enumerate(found) if width > least[n]]
        if not giving:
            break
        found[max(giving, key=lambda n: (found[n], -n))] -= 1
    return found


def _least(body: int) -> int:
    if body <= _LEAST_SENTENCE:
        return min(body, _LEAST_NAME)
    return _LEAST_SENTENCE


def _times(rows: Sequence[Sequence[Any]], column: int) -> bool:
    values = [row[column] for row in rows if row[column] is not None]
    return bool(values) and all(isinstance(value, date) for value in values)
