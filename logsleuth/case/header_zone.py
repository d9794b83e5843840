"""The zone of times that state none, from the times that stand before their lines."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Final

from logsleuth.case.enveloped import cutter_of
from logsleuth.formats.headers import HEADERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from logsleuth.case.lines import Records
    from logsleuth.formats.reader import Reader

# Offsets that clocks on Earth are set to, and the step that they differ by, in seconds.
_QUARTER: Final = 900
_WIDEST: Final = 14 * 3600
# A line is written when the request is over: most are within half a step of their own time.
_MOST: Final = 0.6
_LOOKED_AT: Final = 200
_HEAD: Final = 256 << 10
_EPOCH: Final = re.compile(r"(\d{10})(?:\.?(\d{1,9}))?")


def shift(
    connection: duckdb.DuckDBPyConnection, source_id: int, block: bytes, reader: Reader
) -> int | None:
    """Return what a source's written times are ahead of UTC, in seconds; None where nothing tells.

    `block` is the begin of the file. The time that stands before a line says when it was written,
    and where it has a zone that tells the zone of the time within the line.
    """
    if reader.zone_stated or not (reader.envelopes or reader.wrapper != "none"):
        return None
    head = block[:_HEAD]
    head = head[: head.rfind(b"\n") + 1] or head
    told = {
        line: instant
        for piece in cutter_of(reader).cut(head, last=True)
        for line, text in _headers(piece, reader)
        if (instant := _instant(text)) is not None
    }
    if not told:
        return None
    written = connection.execute(
        "select line, epoch(ts) from records where source_id = $source_id and ts is not null"
        " and line <= $last",
        {"source_id": source_id, "last": max(told)},
    ).fetchall()
    apart = Counter(
        round((own - told[line]) / _QUARTER) * _QUARTER for line, own in written if line in told
    )
    return _agreed(apart)


def _agreed(apart: Counter[int]) -> int | None:
    usable = {seconds: count for seconds, count in apart.items() if abs(seconds) <= _WIDEST}
    if not usable:
        return None
    seconds, count = max(usable.items(), key=lambda item: (item[1], -abs(item[0]), item[0]))
    return seconds if count >= _MOST * apart.total() else None


def _headers(piece: Records, reader: Reader) -> Iterator[tuple[int, str]]:
    """The lines of a piece that begin records, and the times in what is around them."""
    lines = (piece.line + piece.rows[:_LOOKED_AT]).tolist()
    if piece.inside is not None:
        stamps = piece.inside["wrapped"].slice(0, _LOOKED_AT).to_pylist()
        yield from ((line, one["at"]) for line, one in zip(lines, stamps, strict=True))
        return
    header = re.compile(HEADERS[reader.wrapper])
    for line, begin, end in zip(lines, piece.begins.tolist(), piece.ends.tolist(), strict=False):
        match = header.match(piece.text[begin:end].decode("utf-8", "replace"))
        if match is not None:
            yield line, match["at"]


def _instant(text: str) -> float | None:
    """Seconds since 1970 of a time that says its zone, or counts them."""
    counted = _EPOCH.fullmatch(text)
    if counted is not None:
        return float(f"{counted[1]}.{counted[2] or 0}")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.timestamp() if moment.tzinfo is not None else None
