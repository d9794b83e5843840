"""Finds the canned queries, checks what their front matter promises, and runs them on a case."""

from __future__ import annotations

import re
import tomllib
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, cast, get_args

from logsleuth.case.binding import WANTED, Parameter, Query, Type, bind, convert
from logsleuth.errors import QueryError
from logsleuth.nearest import did_you_mean
from logsleuth.resources import shipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from logsleuth.case.store import Case

_FRONT: Final = re.compile(r"\s*/\*(?P<front>.*?)\*/(?P<sql>.*)", re.DOTALL)
_STEM: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_WORD: Final = re.compile(r"[a-z_][a-z0-9_]*")
_KEYS: Final = ("title", "answers", "columns", "parameters")
_PARAMETER_KEYS: Final = ("type", "default", "help")
_LIST: Final = "logsleuth query --list"


def load(extra: Path | None = None) -> Mapping[str, Query]:
    """Read the shipped queries and those of a person's own folder, in the order of their names.

    Raises:
        QueryError: there is no such folder, or a file in it breaks a rule: file, key and reason
            are named. A query of one's own can't take the name of a shipped one, because the
            checks of the diagnosis cite those by name.
    """
    queries = glance(extra)
    for query in queries.values():
        _check_statement(query)
    return queries


def glance(extra: Path | None = None) -> Mapping[str, Query]:
    """Read what stands in front of the queries, without looking at their SQL.

    Raises:
        QueryError: as `load` does, save for what only the SQL tells.
    """
    queries = {query.name: query for query in map(_read, _files(shipped("queries")))}
    for query in map(_read, _files(extra) if extra is not None else ()):
        if query.name in queries:
            raise _broken(query.path, "name", f"{query.name} is a shipped query")
        queries[query.name] = query
    return MappingProxyType(dict(sorted(queries.items())))


def find(queries: Mapping[str, Query], name: str) -> Query:
    """Return the query of that name.

    Raises:
        QueryError: there is none; the hint names the nearest.
    """
    if name not in queries:
        message = f"there is no query called {name!r}"
        raise QueryError(message, hint=did_you_mean(name, queries) or _LIST)
    return queries[name]


def run(case: Case, query: Query, given: Mapping[str, str]) -> tuple[list[str], list[Any]]:
    """Run a query on a case and return its column names and rows.

    Raises:
        QueryError: the parameters can't be bound, or DuckDB refuses the query.
    """
    return case.table(query.sql, bind(query, given))


def catalogue(queries: Mapping[str, Query]) -> str:
    """Write the queries as Markdown: the questions first, then each with all it takes and gives."""
    lines = [
        "# Canned queries",
        "",
        "Each file is plain SQL with its title, question, parameters and columns in front. Times",
        "are naive UTC, durations end in `_s` and are seconds, shares and rates are 0 to 1, and",
        "what can't be known is NULL. `since` is included, `until` isn't; an empty one means all.",
        "",
        "This page is generated from the files by `logsleuth.case.library.catalogue`.",
        "",
        "| query | answers |",
        "| --- | --- |",
        *(f"| [`{name}`](#{name}) | {_cell(query.answers)} |" for name, query in queries.items()),
        *(line for query in queries.values() for line in _entry(query)),
    ]
    return "\n".join(lines) + "\n"


def _entry(query: Query) -> Iterator[str]:
    yield from ("", f"## {query.name}", "", f"{query.title}. {query.answers}", "")
    if query.parameters:
        yield from ("| parameter | type | default | |", "| --- | --- | --- | --- |")
        for parameter in query.parameters:
            default = "required" if parameter.default is None else f"`{parameter.default}`"
            shown = "" if parameter.default == "" else default
            yield f"| `{parameter.name}` | {parameter.type} | {shown} | {_cell(parameter.help)} |"
        yield ""
    yield "Columns: " + ", ".join(f"`{column}`" for column in query.columns)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _files(folder: Traversable) -> list[Traversable]:
    try:
        found = [entry for entry in folder.iterdir() if entry.name.endswith(".sql")]
    except OSError as error:
        message = f"{folder}: not a folder of queries ({error.strerror})"
        raise QueryError(message, hint="name a folder of .sql files with --queries") from error
    return sorted(found, key=lambda entry: entry.name)


def _read(file: Traversable) -> Query:
    path, stem = str(file), file.name.removesuffix(".sql")
    if not _STEM.fullmatch(stem):
        raise _broken(path, "name", "lower-case words with underscores between them are wanted")
    parts = _FRONT.match(_text(file))
    if parts is None:
        raise _broken(path, "front matter", "the file doesn't begin with a block comment")
    front = _toml(path, parts["front"])
    return Query(
        name=stem.replace("_", "-"),
        title=_sentence(path, front, "title"),
        answers=_sentence(path, front, "answers"),
        parameters=_parameters(path, front.get("parameters", {})),
        columns=_columns(path, front.get("columns")),
        sql=parts["sql"].strip(),
        path=path,
    )


def _text(file: Traversable) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _broken(str(file), "text", str(error)) from error


def _toml(path: str, text: str) -> dict[str, Any]:
    try:
        front = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _broken(path, "front matter", str(error)) from error
    _check_keys(path, "", front, _KEYS)
    return front


def _check_keys(path: str, above: str, given: Iterable[str], known: Iterable[str]) -> None:
    for key in given:
        if key not in known:
            raise _broken(path, f"{above}{key}", "there is no such key", did_you_mean(key, known))


def _sentence(path: str, table: Mapping[str, object], key: str, above: str = "") -> str:
    text = table.get(key)
    if not isinstance(text, str) or not text.strip():
        raise _broken(path, f"{above}{key}", "a text is wanted")
    return text.strip()


def _columns(path: str, given: object) -> tuple[str, ...]:
    if not isinstance(given, list) or not given or not all(isinstance(one, str) for one in given):
        raise _broken(path, "columns", "a list of names is wanted")
    if len(set(given)) < len(given):
        raise _broken(path, "columns", "a name is there twice")
    return tuple(given)


def _parameters(path: str, given: object) -> tuple[Parameter, ...]:
    if not isinstance(given, dict):
        raise _broken(path, "parameters", "a table is wanted")
    return tuple(_parameter(path, name, declared) for name, declared in given.items())


def _parameter(path: str, name: str, declared: object) -> Parameter:
    key = f"parameters.{name}"
    if not _WORD.fullmatch(name):
        raise _broken(path, key, "lower-case letters, digits and underscores are wanted")
    if not isinstance(declared, dict):
        raise _broken(path, key, "a table with a type and a help is wanted")
    _check_keys(path, f"{key}.", declared, _PARAMETER_KEYS)
    kind = _type(path, f"{key}.type", declared.get("type"))
    default = _default(path, f"{key}.default", kind, declared.get("default"))
    return Parameter(name, kind, default, _sentence(path, declared, "help", f"{key}."))


def _type(path: str, key: str, given: object) -> Type:
    for kind in get_args(Type):
        if given == kind:
            return cast(Type, kind)
    raise _broken(path, key, f"one of {', '.join(get_args(Type))} is wanted")


def _default(path: str, key: str, kind: Type, value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float | datetime):
        raise _broken(path, key, "a text, a number or a time is wanted")
    text = value if isinstance(value, str) else str(value)
    try:
        convert(kind, text)
    except (ValueError, OverflowError):
        raise _broken(path, key, f"{text!r} isn't {WANTED[kind]}") from None
    return text


def _check_statement(query: Query) -> None:
    import duckdb

    try:
        statements = duckdb.extract_statements(query.sql)
    except duckdb.Error as error:
        raise _broken(query.path, "sql", str(error).strip()) from error
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise _broken(query.path, "sql", "exactly one SELECT is wanted")
    used, declared = statements[0].named_parameters, {one.name for one in query.parameters}
    if used != declared:
        odd = ", ".join(f"${name}" for name in sorted(used ^ declared))
        raise _broken(query.path, "parameters", f"declared and used ones differ: {odd}")


def _broken(path: str, key: str, reason: str, hint: str = "") -> QueryError:
    return QueryError(f"{path}: {key}: {reason}", hint=hint or "see queries/README.md")
