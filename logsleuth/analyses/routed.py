"""By which lines of the configuration routes are sent to a pool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logsleuth.analyses.statements import sql

if TYPE_CHECKING:
    from collections.abc import Iterable

    from logsleuth.analyses.facts import Facts


def own_lines(facts: Facts, pool: str, routes: Iterable[str]) -> dict[str, str]:
    """Each route that has a line of its own to a pool, and that line: `nginx.conf:47 location /a`.

    Routes are named as in the traffic, with their method.
    """
    rows = facts.case.rows(sql("configured_routes"), {"pool": pool})
    found: dict[str, str] = {}
    for route in sorted(routes):
        path = route.partition(" ")[2] or route
        # Of balancers a prefix is one of letters: `/cart` takes `/cartoon` as well.
        told = [r for r in rows if path == r[3] or (r[4] == "prefix" and path.startswith(r[3]))]
        if told:
            source, line, matcher, _, _ = max(told, key=lambda row: (len(row[3]), row[1]))
            found[route] = f"{source}:{line} {matcher}"
    return found


def rewrites(facts: Facts, pool: str) -> tuple[str, ...]:
    """Lines of the configuration that rewrite the paths of what is sent to a pool."""
    return tuple(row[0] for row in facts.case.rows(sql("configured_rewrites"), {"pool": pool}))
