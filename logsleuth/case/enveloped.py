"""Cuts lines in envelopes into the records inside: parts are joined, stack traces put together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from logsleuth.case.lines import LONGEST, Cutter, exact_spans, matches
from logsleuth.case.opened import open_all
from logsleuth.case.strings import blank_texts, joined, replaced, strings
from logsleuth.formats.envelopes import ENTRY, Header

if TYPE_CHECKING:
    from collections.abc import Mapping

    from logsleuth.case.lines import Array, Records
    from logsleuth.formats.envelopes import Envelope
    from logsleuth.formats.reader import Reader

_PARTS: Final = Header._fields
# What tells one program's lines from another's: not when they were said, nor how bad they are.
_WHOSE: Final = _PARTS[1:-1]
_WRAPPED: Final = pa.struct(
    [("opened", pa.bool_()), *((part, pa.large_string()) for part in _PARTS)]
)
_MARK: Final = "\ufeff"
# What Python takes for white space, and nothing else.
_WHITE: Final = (
    r"^[\t-\r\x1c-\x20\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}"
    r"\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*\z"
)


def cutter_of(reader: Reader, start: tuple[int, int] = (1, 0)) -> Cutter:
    """Return what cuts the file of a reader into records, from this line and offset on."""
    cutter = EnvelopeCutter if reader.envelopes else Cutter
    return cutter(reader, start=start)


@dataclass(frozen=True, slots=True)
class _Units:
    """What is inside of envelopes, or of several that hold parts of one line: a row for each."""

    lines: Array
    """The first line of each, as an index into those of the piece."""
    texts: pa.LargeStringArray
    opened: Array
    header: Mapping[str, pa.LargeStringArray]
    """Parts that no envelope tells are left out."""

    def at(self, rows: Array) -> _Units:
        """Return some of the rows."""
        chosen = pa.array(rows)
        header = {part: texts.take(chosen) for part, texts in self.header.items()}
        return _Units(self.lines[rows], self.texts.take(chosen), self.opened[rows], header)

    def joined(self, heads: Array, by: bytes = b"") -> _Units:
        """Return rows with the texts of those behind them that are no heads."""
        if heads.all():
            return self
        return replace(self.at(np.flatnonzero(heads)), texts=joined(self.texts, heads, by))

    def alike(self) -> Array:
        """Which rows are from the program of the row before, by all that envelopes say of it."""
        same = np.ones(len(self.lines), bool)
        same[:1] = False
        for part in self.header.keys() & set(_WHOSE):
            texts = self.header[part]
            same[1:] &= np.asarray(pc.equal(texts[1:], texts[:-1]), bool)
        return same


class EnvelopeCutter(Cutter):
    """Opens the envelopes of each line, and cuts by what is inside of them.

    A record goes on for as long as its program and its stream do and no other one starts.
    """

    def __init__(
        self, reader: Reader, longest: int = LONGEST, start: tuple[int, int] = (1, 0)
    ) -> None:
        """Prepare to open the reader's envelopes, from the outside in."""
        super().__init__(reader, longest, start)
        self._envelopes = reader.envelopes
        self._entries = reader.envelopes[0].kind == "export"

    def _cut_lines(
        self, data: bytes, text: bytes, lines: tuple[Array, Array, Array], *, last: bool
    ) -> Records:
        begins, ends, blank = lines
        units = self._raw(data, text, begins, ends, blank)
        for envelope in self._envelopes:
            units = _opened(units, envelope)
        units = units.joined(self._heads(units), b"\n")
        starts = np.zeros(len(begins), bool)
        starts[units.lines] = True
        kept = len(begins) if last else self._kept(starts)
        if kept < len(begins):
            cut = int(begins[kept])
            self._rest = data[cut:] + self._rest
            begins, ends, blank, starts = (a[:kept] for a in (begins, ends, blank, starts))
            data, text = data[:cut], text[:cut]
            units = units.at(np.flatnonzero(units.lines < kept))
        records = self._account(data, text, begins, ends, blank, np.zeros_like(blank), starts)
        return replace(records, inside=_table(units), singles=False)

    def _raw(self, data: bytes, text: bytes, begins: Array, ends: Array, blank: Array) -> _Units:
        """What is to be opened: each line that isn't blank, or each entry of a journal."""
        solid = np.flatnonzero(~blank)
        if self._entries:
            solid, texts = _entries(data, begins, solid)
        else:
            texts = exact_spans(text, begins[solid], ends[solid], pa.large_string())
        if self._line == 1 and len(solid) and texts[0].as_py().startswith(_MARK):
            first = strings([texts[0].as_py().removeprefix(_MARK)])
            texts = replaced(texts, np.zeros(1, np.int64), first)
        return _Units(solid, texts, np.zeros(len(solid), bool), {})

    def _heads(self, units: _Units) -> Array:
        """Which units begin a record."""
        begins = np.ones(len(units.lines), bool)
        if self._starts is not None:
            begins = matches(units.texts, self._starts)
        if self._leads is not None:
            begins[1:] &= ~matches(units.texts, self._leads)[:-1]
        goes_on = matches(units.texts, _WHITE) | (~begins & units.alike())
        goes_on[1:] &= units.opened[1:] & units.opened[:-1]
        goes_on[:1] = False
        return ~goes_on


def _entries(data: bytes, begins: Array, solid: Array) -> tuple[Array, pa.LargeStringArray]:
    """The first lines of a journal's entries, and these, each byte as a character.

    Sizes in them count bytes, so no invalid one may have been replaced.
    """
    first = [i for i in solid.tolist() if data.startswith(ENTRY.encode(), begins[i])]
    if len(solid) and (not first or first[0] != solid[0]):
        first.insert(0, int(solid[0]))
    edges = [*(int(begins[i]) for i in first), len(data)]
    texts = [data[edges[n] : edges[n + 1]].decode("latin-1") for n in range(len(first))]
    return np.array(first, np.int64), pa.array(texts, pa.large_string())


def _opened(units: _Units, envelope: Envelope) -> _Units:
    """Open an envelope around each unit; one that isn't in it stays as it is."""
    found = open_all(envelope, units.texts)
    opened = units.opened.copy()
    opened[found.rows] = True
    header = dict(units.header)
    for part, told in found.header.items():
        header[part] = _merged(part, units, found.rows, told)
    texts = replaced(units.texts, found.rows, found.inner)
    units = _Units(units.lines, texts, opened, header)
    # Only a part of what is opened here can go on in what is.
    goes_on = np.zeros(len(units.lines), bool)
    goes_on[found.rows] = True
    partial = np.zeros(len(units.lines), bool)
    partial[found.rows] = found.partial
    goes_on[1:] &= partial[:-1]
    goes_on[:1] = False
    return units.joined(~(goes_on & units.alike())) if goes_on.any() else units


def _merged(
    part: str, units: _Units, rows: Array, told: pa.LargeStringArray
) -> pa.LargeStringArray:
    """A part of the headers: the inner one's words, but the outer one's time."""
    known = units.header.get(part)
    if known is None:
        return replaced(blank_texts(len(units.lines)), rows, told)
    outer = known.take(pa.array(rows))
    first, other = (outer, told) if part == "at" else (told, outer)
    return replaced(known, rows, pc.if_else(pc.equal(first, ""), other, first))


def _table(units: _Units) -> pa.Table:
    parts = [units.header.get(part, blank_texts(len(units.lines))) for part in _PARTS]
    wrapped = pa.StructArray.from_arrays([pa.array(units.opened), *parts], fields=list(_WRAPPED))
    return pa.table({"text": units.texts, "wrapped": wrapped})
