"""Ids of requests that tell when they were made, and so the zone of the times beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

# Seconds since 1970 in an id: HAProxy's default unique-id-format (`client:port_frontend:port_Ts_
# counter:pid`, all hexadecimal), AWS's trace ids (`1-Ts-...`, with `Root=` before it or without),
# and UUIDs of version 7, which begin with 48 bits of milliseconds.
# Sources: HAProxy configuration manual, "unique-id-format"; AWS X-Ray developer guide, "Tracing
# header"; RFC 9562, section 5.7.
_HAPROXY: Final = (
    "^[0-9A-Fa-f.:]+:[0-9A-Fa-f]+_[0-9A-Fa-f.:]+_([0-9A-Fa-f]{8})_[0-9A-Fa-f]+:[0-9A-Fa-f]+$"
)
_AWS: Final = "^(?:Root=)?1-([0-9a-f]{8})-[0-9a-f]{24}$"
_UUID7: Final = "^([0-9a-f]{12})7[0-9a-f]{3}[89ab][0-9a-f]{15}$"
_TOLD: Final = """
with ids as (
    select ts, coalesce(request_uuid::varchar, request_text, '') as text,
        coalesce(trace_id, '') as trace
    from records
    where source_id = $source_id and ts is not null
        and (request_text is not null or trace_id is not null or request_uuid is not null)
    limit 4000
),
read as (
    select epoch(ts) as written, regexp_extract(text, $haproxy, 1) as haproxy,
        coalesce(nullif(regexp_extract(text, $aws, 1), ''), regexp_extract(trace, $aws, 1)) as aws,
        regexp_extract(lower(replace(text, '-', '')), $uuid7, 1) as uuid7
    from ids
),
told as (
    select written, coalesce(
        try_cast('0x' || nullif(haproxy, '') as bigint),
        try_cast('0x' || nullif(aws, '') as bigint),
        try_cast('0x' || nullif(uuid7, '') as bigint) / 1000
    ) as made
    from read
)
select round((written - made) / 900)::bigint * 900 as apart,
    count(*) filter (
        where abs(written - made - round((written - made) / 900) * 900) <= $near
    ) as times,
    count(*) as told
from told where made is not null
group by apart order by times desc, abs(apart), apart
"""
# What clients send may be of any day; a clock and a zone are most lines'.
_MOST: Final = 0.9
_LEAST: Final = 5
_WIDEST: Final = 14 * 3600
# Requests end, and clocks are wrong, by less: what is farther from any zone was never told by one.
_NEAR_S: Final = 90.0
# Of the quarters that are no halves of an hour clocks are set to these: Nepal, Eucla, Chatham.
# Source: the IANA time zone database.
QUARTERS: Final = frozenset({20_700, 31_500, 45_900, 49_500})


def is_a_zone(shift: int) -> bool:
    """Whether clocks anywhere are set so many seconds ahead of UTC."""
    return abs(shift) <= _WIDEST and (shift % 1800 == 0 or shift in QUARTERS)


def shifts(connection: duckdb.DuckDBPyConnection, sources: Iterable[int]) -> dict[int, int]:
    """By source, what its written times are ahead of UTC, in seconds, where its ids tell it."""
    found = {}
    for source_id in sources:
        rows = connection.execute(
            _TOLD,
            {
                "source_id": source_id, "haproxy": _HAPROXY, "aws": _AWS, "uuid7": _UUID7,
                "near": _NEAR_S,
            },
        ).fetchall()  # fmt: skip
        if not rows:
            continue
        apart, times, _ = rows[0]
        total = sum(told for _, _, told in rows)
        if total >= _LEAST and times >= _MOST * total and is_a_zone(apart):
            found[source_id] = apart
    return found
