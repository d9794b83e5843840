"""Resolves an EVENT-ID to the original bytes, their file and their line."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

from logsleuth.case.originals import Originals, digest, pieces, plain_size
from logsleuth.errors import CaseError, QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from logsleuth.case.store import Case

_ID: Final = re.compile(r"(?P<sha>[0-9a-f]{12})(?:-(?P<ordinal>[0-9]{1,9}))?:(?P<line>[0-9]{1,15})")
# Of a quoted record, and on each side of a shown one: no line is long enough to fill the memory.
_QUOTED: Final = 4096
_AROUND: Final = 256 << 10
# On each side of a quoted record, and so many lines of it.
_NEAR: Final = 2048
_LINES: Final = 2

_FIND: Final = """
with wanted as (
    select unnest($ids) as event_id, unnest($shas) as sha, unnest($ordinals) as ordinal,
        unnest($lines) as line
)
select w.event_id, s.source_id, s.path, s.sha256, s.bytes, r.line, r.byte_offset, r.byte_length,
    coalesce(r.message, r.statement, concat_ws(' ', r.method, r.path, r.status))
from wanted w
join sources s on coalesce(s.named, s.sha256[:12]) = w.sha and s.ordinal = w.ordinal
join records r on r.source_id = s.source_id and r.line = w.line"""

_NEAREST: Final = """
select max(r.line)
from records r
join sources s using (source_id)
where coalesce(s.named, s.sha256[:12]) = $sha and s.ordinal = $ordinal and r.line <= $line"""


@dataclass(frozen=True, slots=True)
class Shown:
    """A record as it stands in the evidence, and the lines around it."""

    event_id: str
    path: str
    line: int
    byte_offset: int
    byte_length: int
    before: tuple[bytes, ...]
    after: tuple[bytes, ...]
    note: str
    """What makes the evidence look different from when it was read, though the record is there."""
    bytes: bytes


@dataclass(frozen=True, slots=True)
class Quoted:
    """A record's text and the lines around it, as far as the evidence is still there."""

    text: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the case says that a record is, and what it knows without its file."""

    source_id: int
    path: str
    sha256: str
    size: int
    line: int
    byte_offset: int
    byte_length: int
    told: str


def show(case: Case, event_id: str, *, context: int = 0, verify: bool = False) -> Shown:
    """Read a record back from the evidence, with so many lines before and after it.

    Raises:
        QueryError: the case has no such event.
        CaseError: the evidence is gone, or isn't what was read; with `verify` by its SHA-256.
    """
    place = _place(case, event_id)
    with Originals(case.path.parent) as originals:
        path = originals.find(place.path)
        if verify and digest(path) != place.sha256:
            raise _changed(place, "its SHA-256 is another one")
        around = _AROUND if context else 1
        begin = max(place.byte_offset - around, 0)
        end = place.byte_offset + place.byte_length
        data = b"".join(pieces(path, [(begin, end + around)]))
        note = _note(path, place)
    head, record, tail = _parted(data, place.byte_offset - begin, place.byte_length)
    _check(place, head, record, tail)
    return Shown(
        event_id=event_id, path=place.path, line=place.line, byte_offset=place.byte_offset,
        byte_length=place.byte_length, bytes=record, before=_before(head, begin, context),
        after=_after(tail, context), note=note,
    )  # fmt: skip


def quote(case: Case, event_ids: Iterable[str]) -> dict[str, Quoted]:
    """Return the text of many records, each file of the evidence read at most once.

    Where the evidence is gone, the text is what the case knows: the message, or the request.
    """
    by_source: dict[str, dict[str, _Place]] = defaultdict(dict)
    for event_id, place in _places(case, event_ids).items():
        by_source[place.path][event_id] = place
    texts: dict[str, Quoted] = {}
    with Originals(case.path.parent) as originals:
        for name in sorted(by_source):
            texts |= _quoted(originals, name, by_source[name])
    return texts


def _places(case: Case, event_ids: Iterable[str]) -> dict[str, _Place]:
    """Where the events are that the case has; what isn't an EVENT-ID is left out."""
    parts = [match for match in map(_ID.fullmatch, dict.fromkeys(event_ids)) if match]
    wanted = {
        "ids": [match[0] for match in parts],
        "shas": [match["sha"] for match in parts],
        "ordinals": [int(match["ordinal"] or 1) for match in parts],
        "lines": [int(match["line"]) for match in parts],
    }
    return {row[0]: _Place(*row[1:]) for row in case.rows(_FIND, wanted)} if parts else {}


def _place(case: Case, event_id: str) -> _Place:
    found = _places(case, [event_id])
    return found[event_id] if found else _missing(case, event_id)


def _missing(case: Case, event_id: str) -> NoReturn:
    parts = _ID.fullmatch(event_id)
    if parts is None:
        message = f"{event_id!r} isn't an EVENT-ID"
        raise QueryError(message, hint="one looks like 3f9a1c44d1e8:1042")
    values = {
        "sha": parts["sha"],
        "ordinal": int(parts["ordinal"] or 1),
        "line": int(parts["line"]),
    }
    nearest = case.row(_NEAREST, values)[0]
    if nearest is None:
        message = f"{event_id}: {case.path} has no such event"
        raise QueryError(message, hint="name the case that it is from with --case")
    message = f"{event_id}: no record starts at that line"
    start = f"{event_id.rpartition(':')[0]}:{nearest}"
    raise QueryError(message, hint=f"the one before it: logsleuth show {start}")


def located(case: Case, event_id: str) -> tuple[int, int]:
    """Return the source and the line of an event.

    Raises:
        QueryError: the case has no such event.
    """
    place = _place(case, event_id)
    return place.source_id, place.line


def _note(path: Path, place: _Place) -> str:
    size = plain_size(path)
    if size not in {None, place.size}:
        return f"{place.path}: {place.size} bytes when it was read, {size} now"
    return ""


def _parted(data: bytes, begin: int, length: int) -> tuple[bytes, bytes, bytes]:
    return data[:begin], data[begin : begin + length], data[begin + length :]


def _check(place: _Place, head: bytes, record: bytes, tail: bytes) -> None:
    """Records start and end at line ends: where they don't, this isn't the file that was read."""
    if len(record) < place.byte_length:
        raise _changed(place, "it ends before the record does")
    whole = (not head or head.endswith(b"\n")) and (not tail or tail[:1] in b"\r\n")
    if not whole:
        raise _changed(place, "no record starts and ends where this one did")


def _changed(place: _Place, why: str) -> CaseError:
    message = f"{place.path}: the evidence has changed since it was read: {why}"
    return CaseError(message, hint="restore it, or read it again into a new case")


def _before(head: bytes, begin: int, context: int) -> tuple[bytes, ...]:
    lines = head.split(b"\n")[:-1]
    whole = lines[1:] if begin else lines
    return tuple(line.removesuffix(b"\r") for line in whole[len(whole) - context :][:context])


def _after(tail: bytes, context: int, around: int = _AROUND) -> tuple[bytes, ...]:
    lines = tail.split(b"\n")[1:]
    whole = lines[:-1] if len(tail) >= around or not lines or not lines[-1] else lines
    return tuple(line.removesuffix(b"\r") for line in whole[:context])


def _quoted(originals: Originals, name: str, places: Mapping[str, _Place]) -> dict[str, Quoted]:
    ordered = sorted(places.items(), key=lambda item: item[1].byte_offset)
    spans = [_near(place) for _, place in ordered]
    merged = _merged(spans)
    try:
        found = list(pieces(originals.find(name), merged))
    except (CaseError, OSError):
        found = [b""] * len(merged)
    held = list(zip(merged, found, strict=True))
    quotes = {}
    for (event_id, place), span in zip(ordered, spans, strict=True):
        (begin, _), data = next(piece for piece in held if piece[0][1] >= span[1])
        quotes[event_id] = _cut(place, span, data[span[0] - begin : span[1] - begin])
    return quotes


def _near(place: _Place) -> tuple[int, int]:
    taken = min(place.byte_length, _QUOTED)
    return max(place.byte_offset - _NEAR, 0), place.byte_offset + taken + _NEAR


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join the spans that overlap; they come in order of their begin."""
    whole: list[tuple[int, int]] = []
    for begin, end in spans:
        if whole and begin <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((begin, end))
    return whole


def _cut(place: _Place, span: tuple[int, int], data: bytes) -> Quoted:
    head, record, tail = _parted(data, place.byte_offset - span[0], min(place.byte_length, _QUOTED))
    if not record:
        return Quoted(place.told)
    after = _after(tail, _LINES, _NEAR) if len(record) == place.byte_length else ()
    before = _before(head, span[0], _LINES)
    return Quoted(_text(record), tuple(map(_text, before)), tuple(map(_text, after)))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
