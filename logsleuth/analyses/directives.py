"""What the configurations of two cases ask for otherwise, each with its file and line."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from logsleuth.analyses.statements import sql
from logsleuth.compared import Directive

if TYPE_CHECKING:
    from logsleuth.case.store import Case

_MOST: Final = 20_000
_Key = tuple[str, str, str, int]
_Line = tuple[str, str]


def differing(base: Case, case: Case) -> tuple[Directive, ...] | None:
    """Directives that differ, in order of kind, scope and name; None where a side has none.

    Paths are not compared: a configuration is the same in whatever folder it was collected.
    """
    first, second = _read(base), _read(case)
    if not first or not second:
        return None
    return tuple(
        Directive(*key[:3], *_parted(first.get(key), second.get(key)))
        for key in sorted({*first, *second})
        if _value(first.get(key)) != _value(second.get(key))
    )


def sides(base: Case, case: Case) -> tuple[bool, bool]:
    """Whether each case has a configuration."""
    return bool(_read(base)), bool(_read(case))


def _read(case: Case) -> dict[_Key, _Line]:
    found: dict[_Key, _Line] = {}
    seen: dict[tuple[str, str, str], int] = defaultdict(int)
    for kind, scope, name, value, path, line in case.rows(sql("directives"), {"most": _MOST}):
        # A name may be there twice, as `location /` is in two servers: they are paired in order.
        place = seen[kind, scope, name]
        seen[kind, scope, name] += 1
        found[kind, scope, name, place] = value, f"{_name(path)}:{line}"
    return found


def _name(path: str) -> str:
    return path.replace("!", "/").rsplit("/", 1)[-1]


def _value(line: _Line | None) -> str | None:
    return line[0] if line else None


def _parted(
    first: _Line | None, second: _Line | None
) -> tuple[str | None, str | None, str | None, str | None]:
    return (
        _value(first), _value(second), first[1] if first else None, second[1] if second else None
    )  # fmt: skip
