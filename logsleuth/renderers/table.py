"""Rows for people and for programs: the tabular answers of the other commands."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, TextIO

from logsleuth.errors import UsageError
from logsleuth.nearest import did_you_mean
from logsleuth.renderers.text import encodable, sanitise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Rows = Iterable[Sequence[Any]]
    Writer = Callable[[TextIO, Sequence[str], Rows, "Look"], None]

FORMATS: Final = ("table", "json", "jsonl", "csv", "md")
_MARKDOWN: Final = re.compile(r"[\\`*\[\]<>|~&]|(?<!\w)_|_(?!\w)")
_TINY: Final = 0.001


@dataclass(frozen=True, slots=True)
class Look:
    """How rows are shown to people; programs get the same bytes however it is set."""

    width: int | None = None
    """In columns; None is that of the terminal, and as wide as it gets where there is none."""
    color: bool = False
    zone: tzinfo = UTC
    """Of the times in a `table` and an `md`; other formats have them in UTC."""


PLAIN: Final = Look()


def write_rows(
    stream: TextIO, names: Sequence[str], rows: Rows, style: str = "table", look: Look = PLAIN
) -> None:
    """Write rows as a `table`, `json`, `jsonl`, `csv` or `md`; unknown is null."""
    writers: dict[str, Writer] = dict(
        zip(FORMATS, (_table, _json, _jsonl, _csv, _markdown), strict=True)
    )
    if style not in writers:
        message = f"unknown format {style!r}"
        near = did_you_mean(style, FORMATS)
        raise UsageError(message, hint=f"{near} choose one of {', '.join(FORMATS)}".strip())
    writers[style](stream, names, rows, look)


def _table(stream: TextIO, names: Sequence[str], rows: Rows, look: Look) -> None:
    from logsleuth.renderers.grid import write

    write(stream, names, rows, look)


def _jsonl(stream: TextIO, names: Sequence[str], rows: Rows, _: Look) -> None:
    keys = _unique(names)
    stream.writelines(_object(keys, row) + "\n" for row in rows)


def _json(stream: TextIO, names: Sequence[str], rows: Rows, _: Look) -> None:
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


def _csv(stream: TextIO, names: Sequence[str], rows: Rows, _: Look) -> None:
    tidy = sanitise if stream.isatty() else encodable
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([tidy(name) for name in names])
    writer.writerows([tidy(_cell(value)) for value in row] for row in rows)


def _markdown(stream: TextIO, names: Sequence[str], rows: Rows, look: Look) -> None:
    held = [[plain(value, look.zone) for value in row] for row in rows]
    marks = ["---:" if numeric(held, column) else "---" for column in range(len(names))]
    body = ([_escape(seen(value)) for value in row] for row in held)
    table = chain([[_escape(name) for name in names], marks], body)
    stream.writelines(f"| {' | '.join(cells)} |\n" for cells in table)


def _escape(text: str) -> str:
    lines = sanitise(text, multiline=True).replace("\t", " ").split("\n")
    return "<br>".join(_MARKDOWN.sub(lambda mark: "\\" + mark[0], line) for line in lines)


def numeric(rows: Sequence[Sequence[Any]], column: int) -> bool:
    """Whether a column of plain values has figures and nothing else."""
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


def seen(value: Any) -> str:
    """Return a plain value as people read it."""
    # A person doesn't read seventeen digits; programs get them all.
    if isinstance(value, float) and abs(value) >= _TINY:
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return _cell(value)


def plain(value: Any, zone: tzinfo = UTC) -> Any:
    """Return a value of the case as one that JSON has; NaN and infinity are no figures."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float | Decimal):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, str):
        return encodable(value)
    return _converted(value, zone)


def _converted(value: Any, zone: tzinfo) -> Any:
    if isinstance(value, Mapping):
        return {_cell(key): plain(part, zone) for key, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(part, zone) for part in value]
    if isinstance(value, bytes | bytearray | memoryview):
        return _escaped(bytes(value))
    return _time(value, zone) if isinstance(value, date | time | timedelta) else _text(value)


def _text(value: Any) -> str:
    return encodable(str(value))


def _time(value: date | time | timedelta, zone: tzinfo) -> str | float:
    if isinstance(value, timedelta):
        return value.total_seconds()
    return _stamp(value, zone) if isinstance(value, datetime) else value.isoformat()


def _stamp(ts: datetime, zone: tzinfo) -> str:
    # A case holds naive times, and they are UTC.
    utc = ts.replace(tzinfo=UTC) if ts.tzinfo is None else ts.astimezone(UTC)
    if zone is UTC:
        return utc.replace(tzinfo=None).isoformat() + "Z"
    return utc.astimezone(zone).isoformat()


def _escaped(raw: bytes) -> str:
    # Backslashes are doubled, so that the original bytes can be had back.
    text = raw.replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else _backslashed(char) for char in text)


def _backslashed(char: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8"))
