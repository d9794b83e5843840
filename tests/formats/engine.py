"""Reads texts through the real engine, as `logsleuth ingest` does, and compares records."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from logsleuth.case.ingest import ingest
from logsleuth.formats import spec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from logsleuth.formats.spec import Format


@dataclass(frozen=True)
class File:
    """What became of a file."""

    format: str
    role: str
    events: int
    continuation: int
    rejected: int
    records: tuple[Mapping[str, Any], ...]


_RECORDS = """
select s.path as file,
    r.* exclude (source_id, byte_offset, byte_length, request_uuid, request_text),
    coalesce(replace(r.request_uuid::varchar, '-', ''), r.request_text) as request_id
from sources s join records r using (source_id) order by s.path, r.line
"""


def read(
    folder: Path, texts: Mapping[str, str | bytes], formats: Sequence[Format] | None = None
) -> dict[str, File]:
    """Ingest texts as files of one case; records have their times as written, before any shift."""
    evidence, case = folder / "evidence", folder / "case.duckdb"
    evidence.mkdir()
    for name, text in texts.items():
        data = text if isinstance(text, bytes) else text.encode()
        (evidence / name).write_bytes(data)
    ingest([str(evidence)], case, formats or spec.shipped())
    with duckdb.connect(str(case), read_only=True) as connection:
        cursor = connection.execute(_RECORDS)
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        sources = connection.execute(
            "select path, format, role, events, continuation, rejected from sources"
        ).fetchall()
    found: dict[str, File] = {}
    for path, kind, role, events, continuation, rejected in sources:
        own = tuple(row for row in rows if row["file"] == path)
        name = path.rsplit("/", 1)[-1]
        found[name] = File(kind, role, events, continuation, rejected, own)
    return found


def one(folder: Path, text: str | bytes) -> File:
    """Ingest one text."""
    return read(folder, {"input.log": text})["input.log"]


def differences(expect: Mapping[str, Any], record: Mapping[str, Any]) -> list[str]:
    """Say where a record isn't as expected; a year written as ???? may be any."""
    return [
        f"{column}: expected {wanted!r}, read {record.get(column)!r}"
        for column, wanted in expect.items()
        if not _same(column, wanted, record.get(column))
    ]


def _same(column: str, wanted: Any, got: Any) -> bool:
    if column == "ts" and got is not None:
        text = got.isoformat()
        padded = wanted if "." in wanted else wanted + ".000000"
        text = text if "." in text else text + ".000000"
        return bool(padded[4:].ljust(22, "0") == text[4:] and padded[:4] in {"????", text[:4]})
    if isinstance(wanted, float) and got is not None:
        return bool(abs(wanted - got) < 1e-9)
    return bool(wanted == got)


def jsonl(path: Path) -> list[dict[str, Any]]:
    """The objects of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
