"""Times without a zone get theirs from the other sources, where the requests tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import duckdb

_QUARTER: Final = 900
# Offsets that clocks on Earth are set to, in seconds.
_WIDEST: Final = 14 * 3600
# Fewer pairs than this could agree by chance.
_PAIRS: Final = 5

# Pairs of one request seen in two logs, by its id: the difference of their written times.
_BY_ID: Final = """
with sample as (
    select coalesce(request_uuid::varchar, request_text) as id, min(ts) as ts
    from records
    where source_id = $source_id and ts is not null
        and (request_uuid is not null or request_text is not null)
    group by id limit 5000
),
known as (
    select coalesce(r.request_uuid::varchar, r.request_text) as id, min(r.ts) as ts
    from records r
    join sources s using (source_id)
    where s.zone in ('stated', 'inferred') and r.ts is not null
        and (r.request_uuid is not null or r.request_text is not null)
    group by id
)
select epoch(sample.ts) - epoch(known.ts) as apart
from sample join known using (id)
"""

# Without ids: what both logs say of a request. Only texts that are rare in both can be told apart.
_BY_WORDS: Final = """
with sample as (
    select method, path, coalesce(query, '') as query, status, min(ts) as ts
    from records
    where source_id = $source_id and path is not null and ts is not null
    group by method, path, query, status having count(*) = 1 limit 5000
),
known as (
    select r.method, r.path, coalesce(r.query, '') as query, r.status, min(r.ts) as ts
    from records r
    join sources s using (source_id)
    where s.zone in ('stated', 'inferred') and r.path is not null and r.ts is not null
        and s.role <> $role
    group by r.method, r.path, r.query, r.status having count(*) <= 2
)
select epoch(sample.ts) - epoch(known.ts) as apart
from sample join known using (path, query)
where sample.status is not distinct from known.status or known.status is null
    or sample.status is null
"""


def infer(connection: duckdb.DuckDBPyConnection) -> None:
    """Set the zone shift of each source whose lines don't state their zone.

    The difference of paired requests is rounded to a quarter of an hour; sources that no request
    joins to the rest take the shift that overlaps best, and UTC where nothing tells.
    """
    waiting = connection.execute(
        "select source_id, role from sources where zone = 'unknown' and since is not null"
        " order by (role <> 'balancer'), source_id"
    ).fetchall()
    for _ in range(2):
        waiting = [source for source in waiting if not _by_pairs(connection, *source)]
    for source_id, role in waiting:
        _by_kin(connection, source_id, role)
    for (source_id,) in connection.execute(
        "select source_id from sources where zone = 'unknown' and since is not null"
        " order by source_id"
    ).fetchall():
        _by_overlap(connection, source_id)


def _by_pairs(connection: duckdb.DuckDBPyConnection, source_id: int, role: str) -> bool:
    for sql, parameters in (
        (_BY_ID, {"source_id": source_id}),
        (_BY_WORDS, {"source_id": source_id, "role": role}),
    ):
        shift = _agreed([row[0] for row in connection.execute(sql, parameters).fetchall()])
        if shift is not None:
            _set(connection, source_id, shift)
            return True
    return False


def _agreed(apart: list[float]) -> int | None:
    """The quarter of an hour that most pairs agree on; None where they don't."""
    rounded = [round(value / _QUARTER) * _QUARTER for value in apart if abs(value) <= _WIDEST]
    if len(rounded) < _PAIRS:
        return None
    best = max(set(rounded), key=lambda value: (rounded.count(value), -abs(value)))
    return best if rounded.count(best) > 0.5 * len(rounded) else None


def _by_kin(connection: duckdb.DuckDBPyConnection, source_id: int, role: str) -> None:
    """Take the shift of a source of the same role whose times overlap with the same shift."""
    rows = connection.execute(
        """
        select k.zone_shift_s
        from sources k, sources s
        where s.source_id = $source_id and k.source_id <> s.source_id and k.role = $role
            and k.zone = 'inferred' and k.since <= s.until and s.since <= k.until
        order by k.source_id limit 1
        """,
        {"source_id": source_id, "role": role},
    ).fetchall()
    if rows:
        _set(connection, source_id, int(rows[0][0]))


def _by_overlap(connection: duckdb.DuckDBPyConnection, source_id: int) -> None:
    """Shift by whole hours onto the span of the sources that state their zone, if it is off it."""
    row: Any = connection.execute(
        """
        with rest as (
            select epoch(min(since - to_seconds(zone_shift_s::bigint))) as since,
                epoch(max(until - to_seconds(zone_shift_s::bigint))) as until
            from sources
            where zone in ('stated', 'inferred') and since is not null
        )
        select epoch(s.since), epoch(s.until), rest.since, rest.until
        from sources s, rest where s.source_id = $source_id
        """,
        {"source_id": source_id},
    ).fetchone()
    shift = 0
    if row and row[2] is not None and not _overlaps(*row, 0):
        hours = sorted(range(-12, 15), key=abs)
        shift = next((h * 3600 for h in hours if _overlaps(*row, h * 3600)), 0)
    if shift:
        _set(connection, source_id, shift)
    else:
        connection.execute(
            "update sources set zone = 'assumed UTC' where source_id = $id", {"id": source_id}
        )


def _overlaps(since: float, until: float, low: float, high: float, shift: int) -> bool:
    """Whether at least half of the shorter span lies inside the other."""
    common = min(until - shift, high) - max(since - shift, low)
    return common >= 0.5 * min(until - since, high - low)


def _set(connection: duckdb.DuckDBPyConnection, source_id: int, shift: int) -> None:
    connection.execute(
        "update sources set zone = 'inferred', zone_shift_s = $shift where source_id = $id",
        {"id": source_id, "shift": shift},
    )
