"""Compiles a layout to cuts: at its quotes, then at spaces, then at what parts its variables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from logsleuth.case import stamps
from logsleuth.case.texts import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from logsleuth.formats.reader import BoundShape, Token

# Stand for variables inside a layout that is being taken apart; no layout may hold them itself.
_FIRST_MARK: Final = 0xE000
_SPACE_MARK: Final = "\u2002"
# What may part variables that no space is between.
_SEPARATORS: Final = "/|:,;["
# Types whose text Arrow reads at once, with what it makes of it.
_KINDS: Final[Mapping[str, str]] = {
    "status": "int16", "statuses": "int16", "bytes": "int64", "integer": "int64",
    "seconds": "double", "milliseconds": "double", "microseconds": "double",
    "nanoseconds": "double", "seconds-list": "double", "request-id": "uuid",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A column that a cut gives: what is in it, or the literal text that must stand there.

    kind `uuid` gives a second column, its name with `_uuid`, of the texts that are one; what isn't
    stays in the first.
    """

    name: str
    kind: str = "text"
    literal: str | None = None
    pattern: str = ""
    """What the text must be as a whole, as a regular expression; anything where it is empty."""


@dataclass(frozen=True, slots=True)
class Cut:
    """How the texts of one column are cut: into exactly these parts, at one character.

    `edge` says that the character stands at the begin or the end too, with nothing beyond it.
    `quotes` are those of CSV: what is inside of them may be anything, line ends too.
    """

    source: str
    by: str
    into: tuple[Part, ...]
    edge: Literal["", "begin", "end"] = ""
    quotes: bool = False


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time: the columns that a space parts it into, and what stands before and behind it."""

    name: str
    sources: tuple[str, ...]
    before: str
    after: str
    layout: str


@dataclass(frozen=True, slots=True)
class Cuts:
    """How lines are cut: the first cut takes whole lines, each other one a part of those before.

    `texts` has the SQL of each variable and `conditions` what must hold of them; `kinds` names the
    variables that come as values: times, numbers, or a `uuid` beside the text.
    """

    cuts: tuple[Cut, ...]
    texts: Mapping[str, str]
    conditions: tuple[str, ...]
    kinds: Mapping[str, str]
    stamps: tuple[Stamp, ...] = ()
    padded: bool = False
    """Whether lines begin as syslog's do: a day of one digit has a space more."""

    @property
    def parts(self) -> tuple[Part, ...]:
        """The columns that are left when everything is cut, but for times."""
        gone = {cut.source for cut in self.cuts}
        gone |= {name for stamp in self.stamps for name in stamp.sources}
        every = (part for cut in self.cuts for part in cut.into)
        return tuple(p for p in every if p.literal is None and p.name not in gone)


def compile_rows(shape: BoundShape, names: Sequence[str], count: int) -> Cuts:
    """Compile rows of CSV that have the first so many of the named columns."""
    kinds = _kinds(shape)
    numbers = {"int16", "int64", "double"}
    parts = [
        Part(f"q{i}", kinds.get(name, "text") if kinds.get(name) in numbers else "text")
        for i, name in enumerate(names[:count], 1)
    ]
    texts = {name: f"q{i}" if i <= count else "''" for i, name in enumerate(names, 1)}
    known = {name: p.kind for name, p in zip(names, parts, strict=False) if p.kind != "text"}
    return Cuts((Cut("", ",", tuple(parts), quotes=True),), texts, (), known)


def compile_cuts(
    shape: BoundShape, tokens: Sequence[Token], patterns: Mapping[str, str] = MappingProxyType({})
) -> Cuts | None:
    """Compile a layout to cuts; None where they can't tell where a value ends.

    `patterns` says what the text of a variable must be that is neither quoted nor a value.
    """
    template = marked(tokens)
    if template is None:
        return None
    text, variables = template
    pieces = text.split('"')
    if len(pieces) % 2 == 0:
        return None
    found = _Compiler(variables, _kinds(shape), patterns).lines(pieces)
    if found is None:
        return None
    # What a pattern finds besides isn't in lines of the layout.
    absent = {name: "''" for field in shape.fields for name in field.sources}
    return replace(found, texts=absent | dict(found.texts))


def marked(tokens: Sequence[Token]) -> tuple[str, dict[str, str]] | None:
    """The layout as text with one private character for each variable, and what these stand for."""
    variables: dict[str, str] = {}
    text = ""
    for token in tokens:
        if token.spaced or any(c >= _SPACE_MARK for c in token.text):
            return None
        if token.variable:
            mark = chr(_FIRST_MARK + len(variables))
            variables[mark] = token.text
            # nginx's local time holds a space: two chunks, put together again.
            text += f"{mark}{_SPACE_MARK}{mark}" if token.text == "time_local" else mark
        else:
            text += token.text
    return text.replace(_SPACE_MARK, " "), variables


def _kinds(shape: BoundShape) -> dict[str, str]:
    """Variables whose every field reads them alike and alone, with what Arrow makes of them."""
    found: dict[str, set[str]] = {}
    for field in shape.fields:
        for name in field.sources:
            known = field.time_layout if field.type == "time" else _KINDS.get(field.type, "text")
            kind = known if len(field.sources) == 1 else "text"
            found.setdefault(name, set()).add(kind)
    return {name: kinds.pop() for name, kinds in found.items() if len(kinds) == 1}


def trimmed(
    chunk: str, source: str, variables: Mapping[str, str]
) -> tuple[str, str, list[str]] | None:
    """One variable between a prefix and a suffix: its mark, its SQL, and what must hold.

    The mark is empty where there is none; None where there are several.
    """
    marks = [c for c in chunk if c in variables]
    if len(marks) > 1:
        return None
    if not marks:
        return "", "", [f"{source} = {quoted(chunk)}"]
    before, after = chunk.split(marks[0])
    holds = []
    expression = source
    around = len(before) + len(after)
    if after:
        holds.append(f"ends_with({source}, {quoted(after)})")
        expression = f"left({source}, length({source}) - {len(after)})"
    if before:
        holds.append(f"starts_with({source}, {quoted(before)})")
        expression = f"substr({source}, {len(before) + 1})"
    if before and after:
        holds.append(f"length({source}) >= {around}")
        expression = f"substr({source}, {len(before) + 1}, length({source}) - {around})"
    return marks[0], expression, holds


def _edge(chunks: Sequence[str]) -> Literal["", "begin", "end"]:
    return "end" if not chunks[-1] else "begin" if not chunks[0] else ""


class _Compiler:
    """Collects the cuts of a layout, and where the text of each variable is after them."""

    def __init__(
        self, variables: Mapping[str, str], kinds: Mapping[str, str], patterns: Mapping[str, str]
    ) -> None:
        self._variables = variables
        self._wanted = kinds
        self._patterns = patterns
        self._cuts: list[Cut] = []
        self._texts: dict[str, str] = {}
        self._conditions: list[str] = []
        self._kinds: dict[str, str] = {}
        self._stamps: dict[str, Stamp] = {}

    def lines(self, pieces: Sequence[str]) -> Cuts | None:
        """Cut lines at their quotes; where a layout has none, at its spaces."""
        if len(pieces) == 1:
            if not self._cut("", " ", pieces[0].split(" "), "q"):
                return None
        else:
            parts = [
                self._piece(piece, f"q{index}", inside=index % 2 == 0)
                for index, piece in enumerate(pieces, 1)
            ]
            if None in parts:
                return None
            self._cuts.append(Cut("", '"', tuple(p for p in parts if p)))
        texts: dict[str, str] = {}
        for mark, sql in self._texts.items():
            texts.setdefault(self._variables[mark], f"({sql})")
        # What is cut later was appended earlier: the parts of a cut are compiled before it.
        cuts = tuple(reversed(self._cuts))
        if not cuts:
            return None
        conditions, times = tuple(self._conditions), tuple(self._stamps.values())
        return Cuts(cuts, texts, conditions, self._kinds, times)

    def _piece(self, piece: str, name: str, *, inside: bool) -> Part | None:
        """A piece between quotes: inside of them a lone variable may hold anything."""
        if inside and len(piece) == 1:
            # It may be a list of numbers, too.
            self._wanted = {**self._wanted, **self._plain(piece)}
            return self._chunk(piece, name, plain=True)
        if not self._marks(piece):
            return Part(name, literal=piece)
        return Part(name) if self._cut(name, " ", piece.split(" "), f"{name}_") else None

    def _plain(self, mark: str) -> dict[str, str]:
        name = self._variables.get(mark, "")
        return {name: "text"} if self._wanted.get(name) != "uuid" else {}

    def _cut(self, source: str, by: str, chunks: Sequence[str], names: str) -> bool:
        if len(chunks) == 1:
            return self._chunk(chunks[0], source) is not None
        edge = _edge(chunks) if source else ""
        kept = chunks[edge == "begin" : len(chunks) - (edge == "end")]
        parts = [self._chunk(chunk, f"{names}{index}") for index, chunk in enumerate(kept, 1)]
        if None in parts:
            return False
        self._cuts.append(Cut(source, by, tuple(p for p in parts if p), edge))
        return True

    def _chunk(self, chunk: str, name: str, *, plain: bool = False) -> Part | None:
        marks = self._marks(chunk)
        if not marks:
            return Part(name, literal=chunk)
        found = trimmed(chunk, name, self._variables)
        if found is None:
            return self._apart(chunk, name)
        if self._wanted.get(self._variables[marks[0]], "text") in stamps.LAYOUTS:
            return self._stamp(marks[0], chunk, name)
        mark, sql, conditions = found
        self._conditions += conditions
        if mark in self._texts:
            self._texts[mark] += f" || ' ' || {sql}"
            return Part(name)
        self._texts[mark] = sql
        if chunk != mark:
            return Part(name)
        kind = self._kind(mark)
        lone = self._patterns.get(self._variables[mark], "") if kind == "text" and not plain else ""
        return Part(name, kind, pattern=lone)

    def _stamp(self, mark: str, chunk: str, name: str) -> Part:
        """A time, or the rest of one."""
        before, after = chunk.split(mark)
        variable = self._variables[mark]
        known = self._stamps.get(variable)
        if known is None:
            layout = self._wanted[variable]
            self._stamps[variable] = Stamp(f"{name}_ts", (name,), before, after, layout)
            self._texts[mark] = f"{name}_ts"
            self._kinds[variable] = "time"
        elif self._texts.get(mark):
            self._stamps[variable] = replace(known, sources=(*known.sources, name), after=after)
        return Part(name)

    def _kind(self, mark: str) -> str:
        variable = self._variables[mark]
        kind = self._wanted.get(variable, "text")
        if kind in _KINDS.values() and variable not in self._kinds:
            self._kinds[variable] = kind
            return kind
        return "text"

    def _apart(self, chunk: str, name: str) -> Part | None:
        """Variables that one character parts: `0/0/1/18/19`."""
        for by in _SEPARATORS:
            chunks = chunk.split(by)
            if len(chunks) > 1 and all(len(list(self._marks(c))) <= 1 for c in chunks):
                return Part(name) if self._cut(name, by, chunks, f"{name}_") else None
        return None

    def _marks(self, text: str) -> list[str]:
        return [c for c in text if c in self._variables]
