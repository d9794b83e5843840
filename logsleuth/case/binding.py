"""What a canned query asks for, and what becomes of the words that people type for it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from logsleuth.errors import QueryError, UsageError
from logsleuth.moments import span
from logsleuth.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Type = Literal["text", "integer", "double", "timestamp", "interval"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that a query asks for, its default as a person would type it."""

    name: str
    type: Type
    default: str | None
    """None: the query can't be run without it. Empty, save for a text: NULL is bound."""
    help: str


@dataclass(frozen=True, slots=True)
class Query:
    """A canned query: what it answers, what it asks for and gives, and its one statement."""

    name: str
    title: str
    answers: str
    parameters: tuple[Parameter, ...]
    columns: tuple[str, ...]
    sql: str
    path: str


def bind(
    query: Query, given: Mapping[str, str], read: Callable[[str], datetime] | None = None
) -> dict[str, object]:
    """Turn typed words into the values of a query's parameters, defaults filled in.

    Timestamps are read by `read`, which gives them with their zone; without it they are ISO 8601,
    UTC where they state no zone. They become naive UTC. Intervals are counts with units
    (`90s`, `1h 30m`), seconds where they state none.

    Raises:
        QueryError: an unknown parameter, a missing one, or a value that isn't of its type.
    """
    known = [parameter.name for parameter in query.parameters]
    for name in given:
        if name not in known:
            message = f"{query.name}: there is no parameter called {name!r}"
            raise QueryError(message, hint=f"{did_you_mean(name, known)} {takes(query)}".strip())
    return {
        one.name: _read_time(query, one, given[one.name], read)
        if read is not None and one.type == "timestamp" and given.get(one.name, "").strip()
        else _value(query, one, given.get(one.name, one.default))
        for one in query.parameters
    }


def takes(query: Query) -> str:
    """Say which parameters a query has."""
    names = ", ".join(parameter.name for parameter in query.parameters)
    return f"{query.name} takes {names or 'no parameters'}"


def _read_time(
    query: Query, parameter: Parameter, text: str, read: Callable[[str], datetime]
) -> datetime:
    try:
        return read(text).astimezone(UTC).replace(tzinfo=None)
    except UsageError as error:
        message = f"{query.name}: {parameter.name}: {error}"
        raise QueryError(message, hint=error.hint) from None


def _value(query: Query, parameter: Parameter, text: str | None) -> object:
    if text is None:
        message = f"{query.name}: the parameter {parameter.name!r} is missing"
        raise QueryError(message, hint=f"-p {parameter.name}=…: {parameter.help}")
    # Empty means "all" where the query says so by its default; elsewhere it's a slip.
    if text.strip() or parameter.default == "" or parameter.type == "text":
        try:
            return convert(parameter.type, text)
        except (ValueError, OverflowError):
            pass
    message = f"{query.name}: {parameter.name}: {text!r} isn't {WANTED[parameter.type]}"
    raise QueryError(message, hint=f"{parameter.name}: {parameter.help}")


def convert(kind: Type, text: str) -> object:
    """Return the value that a text is of that type; an empty one is NULL, unless it is a text.

    Raises:
        ValueError: it isn't of that type.
        OverflowError: it is too large for one.
    """
    if kind == "text":
        return text
    return _CONVERT[kind](text.strip()) if text.strip() else None


def _integer(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        raise ValueError(text)
    return int(text)


def _double(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _timestamp(text: str) -> datetime:
    stamp = datetime.fromisoformat(text)
    return stamp.astimezone(UTC).replace(tzinfo=None) if stamp.tzinfo else stamp


def _interval(text: str) -> timedelta:
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text, re.ASCII):
        return timedelta(seconds=float(text))
    return span(text)


_CONVERT: Final[Mapping[Type, Callable[[str], object]]] = {
    "integer": _integer,
    "double": _double,
    "timestamp": _timestamp,
    "interval": _interval,
}
WANTED: Final[Mapping[Type, str]] = {
    "text": "a text",
    "integer": "a whole number",
    "double": "a number",
    "timestamp": "a time such as 2026-03-01T10:14:05Z",
    "interval": "a length of time such as 90s or 5m",
}
