"""The layout of a balancer's access log found from its lines, where no configuration says it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from logsleuth.formats.names import name_columns
from logsleuth.formats.reader import Token

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_CELL: Final = re.compile(
    r"(?P<key>[A-Za-z_][\w.\-]*=)?"
    r"(?:\"(?P<quoted>(?:[^\"\\]|\\.)*)\"|\[(?P<bracketed>[^\]]*)\]|(?P<bare>[^\s\"\[]\S*|\S))"
)
# A shape that fewer of the lines have is not the file's layout.
_QUORUM: Final = 0.5


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a line, with what stands around it."""

    before: str
    key: str
    opening: str
    text: str
    closing: str

    @property
    def signature(self) -> tuple[str, str, str]:
        """What lines of one layout have in common at this place."""
        return self.before, self.key, self.opening


def split(line: str) -> tuple[Cell, ...] | None:
    """Split a line at its spaces, keeping quotes, brackets and nginx's lists whole."""
    cells: list[Cell] = []
    position = 0
    for match in _CELL.finditer(line):
        before = line[position : match.start()]
        if before.strip(" ") or (cells and not before):
            return None
        position = match.end()
        cells.append(_cell(match, before))
    if line[position:].strip():
        return None
    return tuple(_joined(cells))


def _cell(match: re.Match[str], before: str) -> Cell:
    key = match["key"] or ""
    if match["quoted"] is not None:
        return Cell(before, key, '"', match["quoted"], '"')
    if match["bracketed"] is not None:
        return Cell(before, key, "[", match["bracketed"], "]")
    return Cell(before, key, "", match["bare"], "")


def _joined(cells: Sequence[Cell]) -> Iterator[Cell]:
    """Join the members of an unquoted list: `a, b` and `a : b` are one value."""
    pending: Cell | None = None
    for cell in cells:
        if pending is not None and _continues(pending, cell):
            pending = Cell(
                pending.before, pending.key, "", f"{pending.text}{cell.before}{cell.text}", ""
            )
            continue
        if pending is not None:
            yield pending
        pending = cell
    if pending is not None:
        yield pending


def _continues(left: Cell, right: Cell) -> bool:
    if left.opening or right.opening or right.key:
        return False
    return left.text.endswith((",", " :")) or right.text == ":"


def infer(lines: Sequence[str]) -> tuple[Token, ...] | None:
    """Find the layout that most of the lines share, with nginx's names for its values.

    Returns None where the lines have no common layout, or it isn't one of an access log.
    """
    split_lines = [cells for cells in map(split, lines) if cells]
    if not split_lines:
        return None
    shapes = Counter(tuple(c.signature for c in cells) for cells in split_lines)
    signature, count = shapes.most_common(1)[0]
    if count < _QUORUM * len(lines):
        return None
    alike = [c for c in split_lines if tuple(cell.signature for cell in c) == signature]
    names = name_columns(
        [first.key.rstrip("=") for first in alike[0]],
        [[cells[index].text for cells in alike] for index in range(len(signature))],
    )
    return tuple(_tokens(alike[0], names)) if names else None


def _tokens(cells: Sequence[Cell], names: Sequence[str]) -> Iterator[Token]:
    literal = ""
    for cell, name in zip(cells, names, strict=True):
        literal += f"{cell.before}{cell.key}{cell.opening}"
        if literal:
            yield Token(literal)
        yield Token(name, variable=True)
        literal = cell.closing
    if literal:
        yield Token(literal)
