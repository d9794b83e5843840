"""A format bound to one file: which text gives which column, ready to be compiled."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - dataclass fields are read at run time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from logsleuth.formats.envelopes import Envelope  # noqa: TC001 - as above

if TYPE_CHECKING:
    from logsleuth.formats.spec import Shape

Wrapper = Literal["none", "syslog", "syslog-5424"]

# Sources that are no part of the line itself, but of the header that a syslog daemon put before it.
WRAPPED_TIME: Final = "wrapped.at"
WRAPPED_PROGRAM: Final = "wrapped.program"
# The day that a directive above the line told.
TOLD_DATE: Final = "told.date"
WRAPPED_LEVEL: Final = "wrapped.level"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a layout: literal text, or a variable whose text stands there.

    `shape` is the regular expression of a variable's text where its server says what it is;
    `spaced` says that the text may hold spaces though nothing is around it.
    """

    text: str
    variable: bool = False
    shape: str = ""
    spaced: bool = False


@dataclass(frozen=True, slots=True)
class BoundField:
    """A column and the places in the line that may hold its text, the first present one wins."""

    column: str
    type: str
    sources: tuple[str, ...]
    time_layout: str = ""


@dataclass(frozen=True, slots=True)
class BoundShape:
    """One way to read a record of this file.

    kind `layout` has tokens, and a regular expression unless splitting is all that may be tried;
    `pattern` and `csv` have one with named groups; `json` and `pairs` take their sources as JSON
    paths and keys; `columns` as numbers from 1.
    """

    kind: Literal["layout", "pattern", "json", "pairs", "csv", "columns"]
    fields: tuple[BoundField, ...]
    tokens: tuple[Token, ...] = ()
    pattern: str = ""
    constants: Mapping[str, str] = field(default_factory=dict)
    usual: tuple[tuple[Token, ...], ...] = ()
    """Layouts that most records of a pattern have, to be tried before it."""
    names: str = ""
    """The directive that named the columns of its lines; empty for lines below none."""
    count: int = 0
    """How many columns a line has."""
    when: tuple[tuple[str, str], ...] = ()
    """For objects: keys with the regular expressions that their values must hold."""


@dataclass(frozen=True, slots=True)
class Reader:
    """How the lines of one file are read; shapes are tried in order."""

    format: str
    role: str
    stamps: str
    shapes: tuple[BoundShape, ...]
    starts: str | None = None
    leads: str | None = None
    directives: str | None = None
    headed: Shape | None = None
    """The shape of lines whose columns a directive names."""
    wrapper: Wrapper = "none"
    envelopes: tuple[Envelope, ...] = ()
    """What else is around each line, from the outside in; patterns and fields are of the inside."""
    marked: bool = False
    """Whether the file begins with a byte order mark, which belongs to no line."""
    zone_stated: bool = False
    step_s: float = 0.001
    year: int = 1970
    mines: bool = False
    share: float = 0.0
    """Share of the sampled lines that this reader accounts for."""
    described: str = ""
    """The layout or keys that were found, for people."""

    @property
    def columns(self) -> frozenset[str]:
        """Columns that at least one shape can give."""
        return frozenset(f.column for shape in self.shapes for f in shape.fields)
