"""Lines that are in the evidence twice: a file beside its copy, or one log under two names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

# Rows that are compared: enough to tell one line in a thousand.
_SAMPLE: Final = 200_000
# Fewer lines may be alike by chance, such as what a service says at its start.
_LEAST: Final = 20
# A source is left out when another has all of it; below this share its rest would be lost.
_ALL_OF_IT: Final = 0.99
_SOME: Final = 0.05

# Whether two sources of a role were written at the same time.
_MEANWHILE: Final = """
select 1 from sources s
join sources o on o.role = s.role and o.source_id <> s.source_id
    and o.since <= s.until and s.since <= o.until
limit 1
"""

# Sampled by their time, so that the same line is in or out in every source.
_CONTENT: Final = """
create or replace temporary table contents as
select source_id, role, content, count(*) as n
from (
    select r.source_id, s.role,
        hash(r.ts, r.client, r.method, r.path, r.query, r.status, r.bytes, r.duration_s, r.server,
            r.request_uuid, r.request_text, r.pid, r.message) as content
    from records r
    join sources s using (source_id)
    where r.ts is not null and s.role in ('balancer', 'application', 'database')
        and hash(r.ts) % $every = 0
        and exists (
            select 1 from sources o
            where o.role = s.role and o.source_id <> s.source_id
                and o.since <= s.until and s.since <= o.until
        )
)
group by all
"""

_SHARED: Final = """
with whole as (
    select source_id, sum(n) as n from contents group by source_id
)
select a.source_id, b.source_id, sum(least(a.n, b.n))::bigint as common, any_value(x.n)::bigint,
    any_value(y.n)::bigint
from contents a
join contents b on b.role = a.role and b.content = a.content and b.source_id > a.source_id
join whole x on x.source_id = a.source_id
join whole y on y.source_id = b.source_id
group by a.source_id, b.source_id
having common >= $least
order by a.source_id, b.source_id
"""

_STORE: Final = """
update sources set repeats = $other, repeated_share = $share, left_out = $left_out
where source_id = $id and coalesce(repeated_share, 0) < $share
"""


def find(connection: duckdb.DuckDBPyConnection) -> None:
    """Mark each source whose lines another of its role has too, with the share of them.

    One that has nothing of its own is left out of what the analyses read, so that no request is
    counted twice.
    """
    connection.execute("update sources set repeats = null, repeated_share = null, left_out = false")
    [(events,)] = connection.execute("select coalesce(sum(events), 0) from sources").fetchall()
    if not connection.execute(_MEANWHILE).fetchall():
        return
    connection.execute(_CONTENT, {"every": max(1, int(events) // _SAMPLE)})
    gone: set[int] = set()
    for share, less, more in sorted(_pairs(connection), key=lambda p: (-p[0], p[1], p[2])):
        if gone & {less, more}:
            continue
        left_out = share >= _ALL_OF_IT
        gone |= {less} if left_out else set()
        connection.execute(
            _STORE, {"id": less, "other": more, "share": share, "left_out": left_out}
        )
    connection.execute("drop table contents")


def _pairs(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[float, int, int]]:
    """The share of the lesser source that the greater has too, and the two."""
    rows = connection.execute(_SHARED, {"least": _LEAST}).fetchall()
    for one, other, common, in_one, in_other in rows:
        less, more, size = (one, other, in_one) if in_one < in_other else (other, one, in_other)
        if common >= _SOME * size:
            yield round(common / size, 3), less, more
