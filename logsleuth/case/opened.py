"""Opens an envelope around many lines at once; what is out of the ordinary is opened singly."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from logsleuth.case.lines import matches
from logsleuth.case.objects import objects
from logsleuth.case.strings import Array, blank_texts, codes_of, from_spans, strings
from logsleuth.formats.envelopes import COLOUR, Header, opener

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from logsleuth.case.objects import Objects
    from logsleuth.formats.envelopes import Envelope, Path

_MARK: Final = b"\xef\xbb\xbf"
# A vertical tab is white space to Python and not to RE2, and Python's `$` is before a line end too.
_ODD: Final = r"\x0b|\n\z"


@dataclass(frozen=True, slots=True)
class Opening:
    """What is inside of an envelope: of the texts `rows`, in order, those that are in one.

    `header` has the parts that it tells; `partial` says with which of them the next text goes on.
    """

    rows: Array
    inner: pa.LargeStringArray
    header: Mapping[str, pa.LargeStringArray]
    partial: Array


def open_all(envelope: Envelope, texts: pa.LargeStringArray) -> Opening:
    """Open an envelope around each text that is in one, as `opener` does with a single text."""
    if envelope.kind == "pattern":
        odd = matches(texts, _ODD)
        return _both(
            _by_pattern(envelope, texts, np.flatnonzero(~odd)), _singly(envelope, texts, odd)
        )
    if envelope.kind == "json":
        found = objects(texts)
        left = np.asarray(pc.starts_with(texts, "{"), bool)
        left[found.rows] = False
        return _both(_by_keys(envelope, found), _singly(envelope, texts, left))
    if envelope.kind == "colours":
        return _uncoloured(texts)
    return _singly(envelope, texts, np.ones(len(texts), bool))


def _by_pattern(envelope: Envelope, texts: pa.LargeStringArray, rows: Array) -> Opening:
    if len(rows) < len(texts):
        texts = texts.take(pa.array(rows))
    found = pc.extract_regex(texts, _whole(envelope.pattern))
    known = np.asarray(found.is_valid(), bool)
    if envelope.never:
        known &= ~matches(texts, envelope.never)
    if not known.all():
        texts, found = texts.filter(pa.array(known)), found.filter(pa.array(known))
    found = dict(zip((field.name for field in found.type), found.flatten(), strict=True))
    codes, edges = codes_of(texts)
    begins = edges[:-1] + np.asarray(pc.binary_length(found["whole"]), np.int64)
    partial = np.zeros(len(texts), bool)
    if "partial" in found:
        partial = np.asarray(pc.equal(found["partial"], "P"), bool)
    inner = _unmarked(codes, begins, edges[1:])
    header = {part: found[part] for part in Header._fields if part in found}
    return Opening(rows[known], inner, header, partial)


@cache
def _whole(pattern: str) -> str:
    return f"^(?P<whole>{pattern.removeprefix('^')})"


def _unmarked(codes: Array, begins: Array, ends: Array) -> pa.LargeStringArray:
    """Spans without the byte order mark that some begin with."""
    marked = ends - begins >= len(_MARK)
    for index, byte in enumerate(_MARK):
        places = np.flatnonzero(marked)
        marked[places] = codes[begins[places] + index] == byte
    return from_spans(codes, begins + len(_MARK) * marked, ends)


def _by_keys(envelope: Envelope, found: Objects) -> Opening:
    """Open objects by their keys; a path of several leads nowhere in a flat one."""
    known = np.ones(len(found.rows), bool)
    for path in envelope.wants:
        known &= _first(found, [path]) >= 0
    inner = _first(found, envelope.inner)
    known &= inner >= 0
    texts = found.read(inner[known])
    header = {
        part: found.read(_first(found, paths)[known]) for part, paths in envelope.parts.items()
    }
    partial = np.zeros(len(texts), bool)
    if "partial" in header:
        partial = np.asarray(pc.equal(header.pop("partial"), "true"), bool)
    if envelope.unended:
        partial = ~np.asarray(pc.ends_with(texts, "\n"), bool)
    return Opening(found.rows[known], pc.utf8_rtrim(texts, "\r\n"), header, partial)


def _first(found: Objects, paths: Sequence[Path]) -> Array:
    places = np.full(len(found.rows), -1, np.int64)
    for path in paths:
        if len(path) == 1:
            places = np.where(places < 0, found.find(path[0]), places)
    return places


def _uncoloured(texts: pa.LargeStringArray) -> Opening:
    rows = np.flatnonzero(np.asarray(pc.match_substring(texts, "\x1b"), bool))
    inner = pc.replace_substring_regex(texts.take(pa.array(rows)), COLOUR, "")
    return Opening(rows, inner, {}, np.zeros(len(rows), bool))


def _singly(envelope: Envelope, texts: pa.LargeStringArray, chosen: Array) -> Opening:
    """Open some texts one by one."""
    opens = opener(envelope)
    places = np.flatnonzero(chosen)
    tried = [opens(text) for text in texts.take(pa.array(places)).to_pylist()]
    opened = [one for one in tried if one is not None]
    rows = places[[one is not None for one in tried]] if len(places) else places
    header = {
        part: strings([one.header[index] for one in opened])
        for index, part in enumerate(Header._fields)
    }
    partial = np.array([one.partial for one in opened], bool)
    return Opening(rows, strings([one.inner for one in opened]), header, partial)


def _both(one: Opening, other: Opening) -> Opening:
    """Two openings of different texts as one."""
    if not len(other.rows):
        return one
    rows = np.concatenate([one.rows, other.rows])
    order = np.argsort(rows)
    empty = [blank_texts(len(side.rows)) for side in (one, other)]
    chosen = pa.array(order)
    header = {
        part: pa.concat_arrays(
            [side.header.get(part, none) for side, none in zip((one, other), empty, strict=True)]
        ).take(chosen)
        for part in other.header
    }
    inner = pa.concat_arrays([one.inner, other.inner]).take(chosen)
    return Opening(rows[order], inner, header, np.concatenate([one.partial, other.partial])[order])
