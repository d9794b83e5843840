"""The layout that lines share, found from the lines, where no configuration says it."""

from __future__ import annotations

import re
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
_QUORUM: Final = 0.2
# Key=value lines of fewer than this share are left to the slower way of reading them.
_FREQUENT: Final = 0.1


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
    groups = _alike(lines)
    if not groups or len(groups[0]) < _QUORUM * len(lines):
        return None
    alike = groups[0]
    names = name_columns(
        [first.key.rstrip("=") for first in alike[0]],
        [[cells[index].text for cells in alike] for index in range(len(alike[0]))],
    )
    return tuple(_tokens(alike[0], names)) if names else None


def keyed(lines: Sequence[str]) -> Iterator[tuple[tuple[str, ...], tuple[Token, ...]]]:
    """Yield the frequent shapes of key=value lines: keys, tokens with values v0, v1, and so on."""
    for alike in _alike(lines)[:3]:
        keys = tuple(cell.key.removesuffix("=") for cell in alike[0])
        if len(alike) >= _FREQUENT * len(lines) and all(keys) and len(set(keys)) == len(keys):
            yield keys, tuple(_tokens(alike[0], [f"v{i}" for i in range(len(keys))]))


def _alike(lines: Sequence[str]) -> list[list[tuple[Cell, ...]]]:
    """Lines as cells, those of one shape together, the most frequent shape first."""
    groups: dict[tuple[tuple[str, str, str], ...], list[tuple[Cell, ...]]] = {}
    for cells in map(split, lines):
        if cells:
            groups.setdefault(tuple(cell.signature for cell in cells), []).append(cells)
    return sorted(groups.values(), key=len, reverse=True)


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
