"""Cuts lines in envelopes into the records inside: parts are joined, stack traces put together."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from logsleuth.case.lines import LONGEST, Cutter
from logsleuth.formats.envelopes import ENTRY, Header, opener
from logsleuth.formats.unwrap import merged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logsleuth.case.lines import Array, Records
    from logsleuth.formats.reader import Reader

_NOTHING: Final = Header()
_WRAPPED: Final = pa.struct(
    [("opened", pa.bool_()), *((part, pa.large_string()) for part in Header._fields)]
)


def cutter_of(reader: Reader, start: tuple[int, int] = (1, 0)) -> Cutter:
    """Return what cuts the file of a reader into records, from this line and offset on."""
    cutter = EnvelopeCutter if reader.envelopes else Cutter
    return cutter(reader, start=start)


@dataclass(slots=True)
class _Unit:
    """What is inside of an envelope, or of several that hold parts of one line."""

    line: int
    """The first line, as an index into those of the piece."""
    text: str
    header: Header = _NOTHING
    opened: bool = False
    partial: bool = False


class EnvelopeCutter(Cutter):
    """Opens the envelopes of each line, and cuts by what is inside of them.

    A record goes on for as long as its program and its stream do and no other one starts.
    """

    def __init__(
        self, reader: Reader, longest: int = LONGEST, start: tuple[int, int] = (1, 0)
    ) -> None:
        """Prepare to open the reader's envelopes, from the outside in."""
        super().__init__(reader, longest, start)
        self._opens = [opener(envelope) for envelope in reader.envelopes]
        self._entries = reader.envelopes[0].kind == "export"
        self._pattern = re.compile(reader.starts) if reader.starts else None
        self._leading = re.compile(reader.leads) if reader.leads else None

    def _cut_lines(
        self, data: bytes, text: bytes, lines: tuple[Array, Array, Array], *, last: bool
    ) -> Records:
        begins, ends, blank = lines
        raw = self._raw(data, text, begins, ends, blank)
        if raw and self._line == 1:
            raw[0].text = raw[0].text.removeprefix("\ufeff")
        groups = self._grouped(self._units(raw))
        starts = np.zeros(len(begins), bool)
        starts[[group[0].line for group in groups]] = True
        kept = len(begins) if last else self._kept(starts)
        if kept < len(begins):
            cut = int(begins[kept])
            self._rest = data[cut:] + self._rest
            begins, ends, blank, starts = (a[:kept] for a in (begins, ends, blank, starts))
            data, text = data[:cut], text[:cut]
            groups = [group for group in groups if group[0].line < kept]
        records = self._account(data, text, begins, ends, blank, np.zeros_like(blank), starts)
        return replace(records, inside=_table(groups), singles=False)

    def _raw(
        self, data: bytes, text: bytes, begins: Array, ends: Array, blank: Array
    ) -> list[_Unit]:
        """What is to be opened: each line that isn't blank, or each entry of a journal."""
        if not self._entries:
            return [
                _Unit(i, text[begins[i] : ends[i]].decode("utf-8"))
                for i in np.flatnonzero(~blank).tolist()
            ]
        # Sizes count bytes, so no invalid one may have been replaced.
        solid = np.flatnonzero(~blank).tolist()
        first = [i for i in solid if data.startswith(ENTRY.encode(), begins[i])]
        if solid and (not first or first[0] != solid[0]):
            first.insert(0, solid[0])
        edges = [*(int(begins[i]) for i in first), len(data)]
        return [
            _Unit(i, data[edges[n] : edges[n + 1]].decode("latin-1")) for n, i in enumerate(first)
        ]

    def _units(self, units: list[_Unit]) -> list[_Unit]:
        """Open all envelopes; a line that isn't in one stays as it is."""
        for opens in self._opens:
            found: list[_Unit] = []
            for unit in units:
                opened = opens(unit.text)
                if opened is None:
                    found.append(unit)
                    continue
                header = merged(unit.header, opened.header)
                if found and found[-1].partial and _same(found[-1].header, header):
                    found[-1].text += opened.inner
                    found[-1].partial = opened.partial
                else:
                    found.append(_Unit(unit.line, opened.inner, header, True, opened.partial))
            for unit in found:
                unit.partial = False
            units = found
        return units

    def _grouped(self, units: Sequence[_Unit]) -> list[list[_Unit]]:
        """Put units together to records."""
        groups: list[list[_Unit]] = []
        led = False
        for unit in units:
            before = groups[-1][-1] if groups else None
            begins = self._pattern is None or (
                self._pattern.search(unit.text) is not None and not led
            )
            goes_on = (
                before is not None and before.opened and unit.opened
                and (not unit.text.strip() or (not begins and _same(before.header, unit.header)))
            )  # fmt: skip
            if goes_on:
                groups[-1].append(unit)
            else:
                groups.append([unit])
            led = self._leading is not None and self._leading.search(unit.text) is not None
        return groups


def _same(one: Header, other: Header) -> bool:
    """Whether two lines are from one program, by all that their envelopes say of it."""
    return one[1:-1] == other[1:-1]


def _table(groups: Sequence[Sequence[_Unit]]) -> pa.Table:
    texts = ["\n".join(unit.text for unit in group) for group in groups]
    headers = [group[0] for group in groups]
    columns = [pa.array([unit.opened for unit in headers], pa.bool_())]
    columns += [_strings([unit.header[i] for unit in headers]) for i in range(len(Header._fields))]
    wrapped = pa.StructArray.from_arrays(columns, fields=list(_WRAPPED))
    return pa.table({"text": _strings(texts), "wrapped": wrapped})


def _strings(texts: Sequence[str]) -> pa.Array:
    """Texts as DuckDB takes them: JSON can write NUL and halves of characters."""
    try:
        array = pa.array(texts, pa.large_string())
    except UnicodeEncodeError:
        texts = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        array = pa.array(texts, pa.large_string())
    if any("\0" in text for text in texts):
        array = pa.array([text.replace("\0", "?") for text in texts], pa.large_string())
    return array
