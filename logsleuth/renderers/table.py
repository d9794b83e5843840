"""Rows for people and for programs: the tabular answers of the other commands."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, TextIO

from logsleuth.errors import UsageError
from logsleuth.renderers.text import encodable, sanitise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Rows = Iterable[Sequence[Any]]
    Writer = Callable[[TextIO, Sequence[str], Rows], None]

FORMATS: Final = ("table", "json", "jsonl", "csv", "md")
_MARKDOWN: Final = re.compile(r"[\\`*\[\]<>|~&]|(?<!\w)_|_(?!\w)")
_GAP: Final = "  "
_TINY: Final = 0.001


def write_rows(stream: TextIO, names: Sequence[str], rows: Rows, style: str = "table") -> None:
    """Write rows as a `table`, `json`, `jsonl`, `csv` or `md`; times in UTC, unknown as null."""
    writers: dict[str, Writer] = dict(
        zip(FORMATS, (_table, _json, _jsonl, _csv, _markdown), strict=True)
    )
    if style not in writers:
        message = f"unknown format {style!r}"
        raise UsageError(message, hint=f"choose one of {', '.join(FORMATS)}")
    writers[style](stream, names, rows)


def _jsonl(stream: TextIO, names: Sequence[str], rows: Rows) -> None:
    keys = _unique(names)
    stream.writelines(_object(keys, row) + "\n" for row in rows)


def _json(stream: TextIO, names: Sequence[str], rows: Rows) -> None:
    keys, separator = _unique(names), "[\n  "
    for row in rows:
        stream.write(separator + _object(keys, row))
        separator = ",\n  "
    stream.write("[]\n" if separator.startswith("[") else "\n]\n")


def _object(keys: Sequence[str], row: Sequence[Any]) -> str:
    # ASCII, so that a control character in a log line can't reach a terminal.
    return json.dumps(dict(zip(keys, map(plain, row), strict=True)), allow_nan=False)


def _unique(names: Sequence[str]) -> list[str]:
    # An object can't have a key twice: `select 1 as a, 2 as a` has to keep both.
    keys: list[str] = []
    for name in names:
        tries = chain([name], (f"{name}_{n}" for n in range(2, len(names) + 2)))
        keys.append(next(key for key in tries if key not in keys))
    return keys


def _csv(stream: TextIO, names: Sequence[str], rows: Rows) -> None:
    tidy = sanitise if stream.isatty() else encodable
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([tidy(name) for name in names])
    writer.writerows([tidy(_cell(value)) for value in row] for row in rows)


def _markdown(stream: TextIO, names: Sequence[str], rows: Rows) -> None:
    held = [[plain(value) for value in row] for row in rows]
    marks = ["---:" if _numeric(held, column) else "---" for column in range(len(names))]
    body = ([_escape(_seen(value)) for value in row] for row in held)
    table = chain([[_escape(name) for name in names], marks], body)
    stream.writelines(f"| {' | '.join(cells)} |\n" for cells in table)


def _escape(text: str) -> str:
    lines = sanitise(text, multiline=True).replace("\t", " ").split("\n")
    return "<br>".join(_MARKDOWN.sub(lambda mark: "\\" + mark[0], line) for line in lines)


def _table(stream: TextIO, names: Sequence[str], rows: Rows) -> None:
    held = [[plain(value) for value in row] for row in rows]
    cells = [[sanitise(_seen(value)) for value in row] for row in held]
    heads = [sanitise(name) for name in names]
    widths = _widths([heads, *cells], _room(stream))
    right = [_numeric(held, column) for column in range(len(names))]
    rule = ["─" * width for width in widths]
    for row in (heads, rule, *cells):
        aligned = map(_aligned, row, widths, right)
        stream.write(_GAP.join(aligned).rstrip() + "\n")


def _aligned(cell: str, width: int, to_right: bool) -> str:
    from rich.cells import cell_len

    shown = _shortened(cell, width)
    filler = " " * (width - cell_len(shown))
    return filler + shown if to_right else shown + filler


def _shortened(cell: str, width: int) -> str:
    from rich.cells import cell_len, set_cell_size

    return cell if cell_len(cell) <= width else set_cell_size(cell, max(width - 1, 0)) + "…"


def _room(stream: TextIO) -> int | None:
    # Cut only for eyes: in a pipe or a file every character is kept.
    if not stream.isatty():
        return None
    from shutil import get_terminal_size

    return get_terminal_size().columns


def _widths(rows: Sequence[Sequence[str]], room: int | None) -> list[int]:
    from rich.cells import cell_len

    widths = [max(1, *map(cell_len, column)) for column in zip(*rows, strict=True)]
    if room is None:
        return widths
    allowed = room - len(_GAP) * (len(widths) - 1)
    while sum(widths) > allowed and max(widths) > len(_GAP):
        widths[widths.index(max(widths))] -= 1
    return widths


def _numeric(rows: Sequence[Sequence[Any]], column: int) -> bool:
    values = [row[column] for row in rows if row[column] is not None]
    return bool(values) and all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in values
    )


def _cell(value: Any) -> str:
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _seen(value: Any) -> str:
    # A person doesn't read seventeen digits; programs get them all.
    if isinstance(value, float) and abs(value) >= _TINY:
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return _cell(value)


def plain(value: Any) -> Any:
    """Return a value of the case as one that JSON has; NaN and infinity are no figures."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float | Decimal):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, str):
        return encodable(value)
    return _converted(value)


def _converted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_cell(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(part) for part in value]
    if isinstance(value, bytes | bytearray | memoryview):
        return _escaped(bytes(value))
    return _time(value) if isinstance(value, date | time | timedelta) else encodable(str(value))


def _time(value: date | time | timedelta) -> str | float:
    if isinstance(value, timedelta):
        return value.total_seconds()
    return _utc(value) if isinstance(value, datetime) else value.isoformat()


def _utc(ts: datetime) -> str:
    # A case holds naive times, and they are UTC.
    utc = ts if ts.tzinfo is None else ts.astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat() + "Z"


def _escaped(raw: bytes) -> str:
    # Backslashes are doubled, so that the original bytes can be had back.
    text = raw.replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else _backslashed(char) for char in text)


def _backslashed(char: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8"))
