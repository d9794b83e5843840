"""Names in a case that may be typed for a parameter: servers, pools, routes, roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from logsleuth.case.store import Case

_SQL: Final[Mapping[str, str]] = {
    "server": "select distinct server from attempts where starts_with(server, $begun)",
    "pool": "select distinct pool from attempts where starts_with(pool, $begun)",
    "route": "select distinct route from requests where starts_with(route, $begun)",
    "role": "select distinct role from sources where starts_with(role, $begun)",
    "database": "select distinct database from events where starts_with(database, $begun)",
}


def offered(case: Case, parameter: str, begun: str, most: int) -> list[str]:
    """Return the names that begin so, in order, at most so many; none if nothing is known of it."""
    if parameter not in _SQL:
        return []
    sql = f"{_SQL[parameter]} order by all limit $most"
    return [name for (name,) in case.rows(sql, {"begun": begun, "most": most})]
