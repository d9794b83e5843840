"""What the shell offers where a word of ours is wanted: queries, parameters, cases, zones."""

from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from logsleuth.console import session

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Shells put what is offered on the command line as it is, and zsh even evaluates it: names in
# evidence are hostile, so that only those are offered that mean nothing to any shell.
_HARMLESS: Final = re.compile(r"[\w./:@%+,=-]+")
_MOST: Final = 200


def queries(ctx: Any, incomplete: str) -> list[tuple[str, str]]:
    """Offer the names of the canned queries, each with its title."""
    with _nothing_on_failure():
        found = _queries(ctx)
        return [(name, one.title) for name, one in found.items() if name.startswith(incomplete)]
    return []


def faults(incomplete: str) -> list[str]:
    """Offer the names of the faults."""
    from logsleuth.resources import shipped

    with _nothing_on_failure():
        books = shipped("reports").joinpath("runbooks").iterdir()
        names = (one.name.removesuffix(".toml") for one in books if one.name.endswith(".toml"))
        return sorted(name for name in names if name.startswith(incomplete))
    return []


def cases(incomplete: str) -> list[str]:
    """Offer the cases in the folder that is typed; without one the shell offers its files."""
    from logsleuth.case.opening import is_case

    with _nothing_on_failure():
        typed, _, begun = incomplete.rpartition("/")
        folder = Path(f"{typed}/" if typed or incomplete.startswith("/") else ".")
        found = [one for one in folder.glob("*.duckdb") if one.name.startswith(begun)]
        names = sorted(one.name for one in found if is_case(str(one)))
        head = incomplete[: len(incomplete) - len(begun)]
        return [f"{head}{name}" for name in names if _HARMLESS.fullmatch(f"{head}{name}")]
    return []


def zones(incomplete: str) -> list[str]:
    """Offer the names of zones."""
    from zoneinfo import available_timezones

    with _nothing_on_failure():
        return sorted(name for name in available_timezones() if name.startswith(incomplete))
    return []


def parameters(ctx: Any, incomplete: str) -> list[tuple[str, str]]:
    """Offer the parameters of the query that is typed, and the values that the case has for one."""
    with _nothing_on_failure():
        known = _queries(ctx)
        # An option that waits for its value leaves the arguments before it unparsed.
        query = next(known[word] for word in (ctx.params.get("name"), *ctx.args) if word in known)
        name, sign, begun = incomplete.partition("=")
        if sign:
            return [(f"{name}={value}", "") for value in _values(ctx, name, begun)]
        return [(f"{one.name}=", one.help) for one in query.parameters if one.name.startswith(name)]
    return []


def _queries(ctx: Any) -> Mapping[str, Any]:
    from logsleuth.case import library

    own = ctx.params.get("queries") or session.current().folder("queries")
    return library.glance(Path(own) if own else None)


def _values(ctx: Any, name: str, begun: str) -> list[str]:
    from logsleuth.case.offered import offered
    from logsleuth.case.opening import chosen
    from logsleuth.case.store import open_case

    named = ctx.params.get("case") or session.current().value("case")
    with open_case(chosen(Path(named) if named else None)) as case:
        found = offered(case, name, begun, _MOST)
    return [value for value in found if _HARMLESS.fullmatch(value)]


@contextmanager
def _nothing_on_failure() -> Iterator[None]:
    """Offer nothing where something is wrong: a command that is run will say what."""
    try:
        yield
    except Exception:  # noqa: BLE001 - whatever it is, it mustn't show in the middle of typing
        return
