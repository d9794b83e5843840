"""What a format file may say: loads the shipped and the user's TOML, refuses with file and key."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Literal

from logsleuth.errors import FormatError
from logsleuth.formats import syntaxes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

Kind = Literal["layout", "pattern", "json", "pairs", "csv", "columns"]

FIELD_TYPES: Final = frozenset(
    {
        "text", "message", "integer", "bytes", "status", "statuses", "seconds", "seconds-list",
        "milliseconds", "microseconds", "nanoseconds", "duration", "time", "request", "url",
        "address", "client", "server", "servers", "level", "request-id", "method", "frontend",
        "connections", "retries", "tries", "flags", "provided", "request-host", "host",
        "maybe-time", "process", "session", "sqlstate", "statement",
        "date-time", "seconds-sum", "seconds-between", "time-taken", "trace-id", "url-host",
        "command", "index", "namespace", "account", "postgresql-line",
    }
)  # fmt: skip


KINDS: Final = ("layout", "pattern", "json", "pairs", "csv", "columns")
FORMAT_KEYS: Final = frozenset(
    {
        "title", "role", "url", "stamps", "starts", "leads", "never", "requires", "mines",
        "alternatives", "priority", "syntax", "define", "like", "fields", "shape", "sample", "utc",
        "directives",
    }
)  # fmt: skip
# Stands in a pattern for what a format string of the server puts before each line.
TOLD: Final = "{{told}}"
_DEFINED: Final = re.compile(r"\{\{[a-z]")
_SHAPE_KEYS: Final = frozenset(
    {
        "name",
        "kind",
        "pattern",
        "layout",
        "usual",
        "columns",
        "constants",
        "fallback",
        "follows",
        "fields",
        "stamps",
        "when",
    }
)


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a record: where the line has it, and how it is read.

    `sources` are names of a pattern's groups, of a layout's variables, or candidate keys of JSON
    or key=value lines in order of preference. `type` is one of FIELD_TYPES.
    """

    column: str
    sources: tuple[str, ...]
    type: str = "text"
    layout: str = ""
    """How a time is written where no sampled line shows it: a name in `times`."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One way in which a record of a format may be written."""

    name: str
    kind: Kind
    fields: tuple[Field, ...]
    pattern: str = ""
    layout: str = ""
    usual: tuple[str, ...] = ()
    """Layouts that most records of a pattern have, its groups as variables: read much faster."""
    columns: tuple[str, ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)
    fallback: bool = False
    """Whether the shape only takes what is left: it speaks for no format."""
    stamps: str = ""
    """Which moment of a request its time is, where others of the format have another."""
    follows: bool = False
    """Whether the shape speaks for its format only beside those that are the format's alone."""
    when: Mapping[str, str] = field(default_factory=dict)
    """For objects: keys with the regular expressions that their values must hold."""


@dataclass(frozen=True, slots=True)
class Format:
    """A log format: who writes it, where a record starts, and the shapes that records have."""

    name: str
    title: str
    role: str
    url: str
    stamps: str
    starts: str | None
    leads: str | None
    """First lines after which another start still belongs to the same record."""
    directives: str | None
    """Lines that are no records, but may say how those after them are read."""
    never: str | None
    """Lines that are in another format, whatever the shapes say."""
    requires: tuple[tuple[str, ...], ...]
    """For keyed lines: each group must have a key in the line for the format to claim it."""
    mines: bool
    """Whether requests are looked for in the words of its messages."""
    utc: bool
    """Whether times without a zone are in UTC, as its manual says."""
    alternatives: bool
    """Whether its shapes exclude each other: those that a file has may then be tried first."""
    priority: int
    syntax: str
    """Whose format strings its layouts are written in: one of `syntaxes.NAMES`."""
    shapes: tuple[Shape, ...]
    samples: tuple[Mapping[str, Any], ...]
    told: tuple[str, ...] = ()
    """Format strings that a user tells, of this format's syntax."""


@cache
def shipped() -> tuple[Format, ...]:
    """Load the formats that logsleuth brings, in order of name.

    Their patterns are compiled where they are needed and by the tests, not at every start.
    """
    folder = files("logsleuth.formats")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return tuple(_read(name, folder.joinpath(name).read_text(encoding="utf-8")) for name in names)


def load(extra: Path | None, strings: Sequence[str] = ()) -> tuple[Format, ...]:
    """Load the shipped formats and those of a user's folder, which win over equal names.

    `strings` are format strings of servers that the user tells: each is a further layout of the
    first format of its syntax.

    Raises:
        FormatError: a format file can't be read, or a string has no variable of any server.
    """
    found = shipped()
    if extra is not None:
        own = {
            spec.name: spec
            for path in sorted(extra.glob("*.toml"))
            for spec in [parse(path.name, path.read_text(encoding="utf-8"))]
        }
        found = tuple(spec for spec in found if spec.name not in own) + tuple(own.values())
    for text in strings:
        found = _told(found, text)
    return found


def _told(formats: Sequence[Format], text: str) -> tuple[Format, ...]:
    """The formats, of which one has a layout more."""
    syntax = syntaxes.recognise(text)
    if syntax is None:
        message = f"--log-format: `{text}` has no variable of any server's log format"
        hint = "as the server has it: '$remote_addr ...', '%h ...', '%ci ...', '%START_TIME% ...'"
        raise FormatError(message, hint=hint)
    return tuple(
        replace(spec, told=(*spec.told, text))
        if spec.syntax == syntax and any(_takes_strings(shape) for shape in spec.shapes)
        else spec
        for spec in formats
    )


def _takes_strings(shape: Shape) -> bool:
    return shape.kind == "layout" or TOLD in shape.pattern


def parse(name: str, text: str) -> Format:
    """Read one format file; `name` is the file's, and gives the format's with hyphens.

    Raises:
        FormatError: not TOML, a key is missing or unknown, or a pattern can't be compiled.
    """
    spec = _read(name, text)
    for key in ("starts", "leads", "directives", "never"):
        _check(name, key, getattr(spec, key))
    for shape in spec.shapes:
        _check(name, "pattern", shape.pattern)
    return spec


def _read(name: str, text: str) -> Format:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = f"{name}: {error}"
        raise FormatError(message, hint="logsleuth formats") from error
    _known_keys(name, data, FORMAT_KEYS)
    base = (*_fields(name, data.get("fields", {})), *_like(name, data.get("like")))
    define = data.get("define", {})
    shapes = tuple(_shape(name, item, base, define) for item in data.get("shape", []))
    if not shapes:
        message = f"{name}: key `shape`: a format needs at least one"
        raise FormatError(message, hint="see logsleuth/formats/README.md")
    return Format(
        name=name.removesuffix(".toml").replace("_", "-"),
        title=_text(name, data, "title"),
        role=_text(name, data, "role"),
        url=_text(name, data, "url"),
        stamps=data.get("stamps", "end"),
        starts=_regex(data.get("starts"), define),
        leads=_regex(data.get("leads"), define),
        directives=_regex(data.get("directives"), define),
        never=_regex(data.get("never"), define),
        requires=tuple(tuple(group) for group in data.get("requires", [])),
        mines=bool(data.get("mines", False)),
        alternatives=bool(data.get("alternatives", False)),
        utc=bool(data.get("utc", False)),
        priority=int(data.get("priority", 0)),
        syntax=str(data.get("syntax", "nginx")),
        shapes=shapes,
        samples=tuple(data.get("sample", [])),
    )


def _like(name: str, other: str | None) -> tuple[Field, ...]:
    """The fields of a shipped format that this one has too."""
    if other is None:
        return ()
    source = files("logsleuth.formats").joinpath(f"{other}.toml")
    if not source.is_file():
        message = f"{name}: key `like`: there is no format `{other}`"
        raise FormatError(message, hint="logsleuth formats")
    return _fields(name, tomllib.loads(source.read_text(encoding="utf-8"))["fields"])


def _known_keys(name: str, table: Mapping[str, Any], known: frozenset[str]) -> None:
    for key in table:
        if key not in known:
            message = f"{name}: key `{key}`: a format has no such key"
            raise FormatError(message, hint=f"one of {', '.join(sorted(known))}")


def _text(name: str, data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value:
        message = f"{name}: key `{key}`: a text is needed"
        raise FormatError(message, hint="see logsleuth/formats/README.md")
    return value


def _shape(
    name: str, item: Mapping[str, Any], base: tuple[Field, ...], define: Mapping[str, str]
) -> Shape:
    _known_keys(name, item, _SHAPE_KEYS)
    own = _fields(name, item.get("fields", {}))
    inherited = tuple(f for f in base if f.column not in {o.column for o in own})
    if not own + inherited:
        message = f"{name}: shape `{item.get('name', 'record')}`: a shape needs fields"
        raise FormatError(message, hint="see logsleuth/formats/README.md")
    kind = item.get("kind", "pattern")
    if kind not in KINDS:
        message = f"{name}: key `kind`: there is no kind `{kind}`"
        raise FormatError(message, hint=f"one of {', '.join(KINDS)}")
    return Shape(
        name=str(item.get("name", "record")),
        kind=kind,
        fields=own + inherited,
        pattern=_regex(item.get("pattern"), define) or "",
        layout=str(item.get("layout", "")),
        usual=tuple(item.get("usual", ())),
        columns=tuple(item.get("columns", ())),
        constants=dict(item.get("constants", {})),
        fallback=bool(item.get("fallback", False)),
        stamps=str(item.get("stamps", "")),
        follows=bool(item.get("follows", False)),
        when=dict(item.get("when", {})),
    )


def _fields(name: str, table: Mapping[str, Any]) -> tuple[Field, ...]:
    return tuple(
        _field(name, column, entry)
        for column, value in table.items()
        for entry in (value if _is_list_of_tables(value) else [value])
    )


def _is_list_of_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _field(name: str, column: str, value: Any) -> Field:
    entry = value if isinstance(value, dict) else {"from": value}
    sources: Iterable[str] = entry.get("from", column)
    kind = str(entry.get("type", "text"))
    if kind not in FIELD_TYPES:
        message = f"{name}: field `{column}`: there is no type `{kind}`"
        raise FormatError(message, hint=f"one of {', '.join(sorted(FIELD_TYPES))}")
    listed = (sources,) if isinstance(sources, str) else tuple(sources)
    return Field(column, listed, kind, str(entry.get("layout", "")))


def _regex(text: str | None, define: Mapping[str, str]) -> str | None:
    """Line ends and the indents behind them may be used freely; `{{word}}` is a definition.

    A definition may use others.
    """
    if text is None:
        return None
    joined = _joined(text)
    for _ in define:
        for word, meaning in define.items():
            joined = joined.replace("{{" + word + "}}", _joined(meaning))
        if not _DEFINED.search(joined.replace(TOLD, "")):
            break
    return joined


def _check(name: str, key: str, pattern: str | None) -> None:
    """Refuse a broken pattern with its place."""
    try:
        re.compile(pattern or "")
    except re.error as error:
        message = f"{name}: key `{key}`: {error}"
        raise FormatError(message, hint="patterns keep to what RE2 and Python share") from error


def _joined(text: str) -> str:
    """Text on lines of its own loses its line ends and indents; other text keeps its spaces."""
    if text[:1] != " " and "\n" not in text:
        return text
    return "".join(part.strip() for part in text.splitlines())
