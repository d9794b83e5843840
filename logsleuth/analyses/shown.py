"""The SQL of a canned query with its values written in, to be run again by anyone."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from logsleuth.case import binding, library

if TYPE_CHECKING:
    from collections.abc import Mapping

    from logsleuth.analyses.incident import Window
    from logsleuth.case.binding import Query


def moment(seconds: float) -> str:
    """Write seconds since 1970 as SQL and people read them, in UTC to the millisecond."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


@cache
def _queries() -> Mapping[str, Query]:
    return library.load()


def shown(name: str, window: Window | None = None, **values: str) -> str:
    """Return a canned query as plain SQL; `since` and `until` are the window's unless given.

    Parameters that get no value take their default.
    """
    query = library.find(_queries(), name)
    given = dict(values)
    if window is not None:
        given = {"since": moment(window.onset), "until": moment(window.stop), **given}
    names = {p.name for p in query.parameters}
    bound = binding.bind(query, {k: v for k, v in given.items() if k in names})
    return re.sub(r"\$(\w+)", lambda match: _literal(bound.get(match[1])), query.sql).strip()


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool | int | float):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"
