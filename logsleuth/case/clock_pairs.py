"""Pairs of the same request in two sources, as bounds of how far their clocks are apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from logsleuth.stats.offsets import LEAST, peak

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import duckdb

    from logsleuth.stats.arrays import FloatArray

# So many requests of a source are looked for in the others: thousands bound an offset to
# milliseconds, and all of a million would take seconds.
_SAMPLE: Final = 4000
_IN_ALL: Final = 160_000
# Without ids: the rarest requests of a source, and how many of the other side's they may be.
_RARE: Final = 1500
_CANDIDATES: Final = 100_000
# Taken as long: within what rounding and the way there and back make. A request that many others
# are like tells nothing.
_ALIKE_S: Final = 0.003
_LIKE_IT: Final = 20
# The true difference must stand out from chance: so many pairs, so many times the next best.
_STANDS_OUT: Final = 2.0
_BY_CHANCE: Final = 10
_NEAR_S: Final = 2.0
# Clocks on Earth are apart by no more than their zones are.
_WIDEST_S: Final = 14.25 * 3600

# What a source's line says of when a request began and ended, on its own clock with the zone
# applied. A stamp is cut off, so that the true time is up to a step later than it shows; durations
# are cut or rounded to milliseconds.
_LINES: Final = """
create or replace temporary view clock_lines as
with told as (
    select
        r.source_id, s.role, s.resolution_s as step, r.line,
        {key} as key,
        r.status, r.duration_s as took,
        r.status is not null or r.termination is not null as is_request,
        r.servers is not null or coalesce(r.retries, 0) > 0 as retried,
        epoch_us(r.ts) / 1000000.0 - s.zone_shift_s as stamp,
        s.stamps, s.events
    from records r
    join sources s using (source_id)
    where r.ts is not null and s.role in ('balancer', 'application', 'database') and ({where})
)
select
    source_id, role, step, line, key, status, took, is_request, retried, events,
    case when stamps = 'start' then stamp when took is not null then stamp - took
        when role <> 'balancer' then stamp end as began,
    case when stamps = 'end' then stamp when took is not null then stamp + took
        when role <> 'balancer' then stamp end as ended
from told
"""

_ID: Final = """case when r.request_uuid is not null then hash(r.request_uuid)
            else hash(r.request_text) end"""
_HAS_ID: Final = "r.request_uuid is not null or r.request_text is not null"

# Inner lines lie within what the outer one spans: of an application one request a line, of others
# whatever was said. Sampled by the id, so that all lines of a request are in or out together.
_SAMPLED: Final = """
create or replace temporary table clock_inner as
select
    l.source_id, l.role, key,
    count(*) filter (is_request) as requests,
    coalesce(min(began) filter (is_request), min(began)) as began,
    coalesce(max(ended) filter (is_request), max(ended)) as ended,
    min(step) as step, min(status) as status
from clock_lines l
where role <> 'balancer' and key % greatest($every, events // $sample)::ubigint = 0
group by l.source_id, l.role, key
qualify requests = 1 or sum(requests) over (partition by l.source_id) = 0
"""

_BY_ID: Final = """
with outer_side as (
    select
        source_id, role, key, min(began) as began, min(ended) as ended, min(step) as step,
        min(status) as status
    from clock_lines
    where role <> 'database' and is_request and key in (select key from clock_inner)
    group by source_id, role, key
    having count(*) = 1 and not bool_or(retried)
)
select
    o.source_id as outer_id, i.source_id as inner_id,
    coalesce(i.ended - o.ended - o.step - 0.003, '-infinity'::double) as low,
    coalesce(i.began + i.step - o.began + 0.001, 'infinity'::double) as high,
    coalesce(o.began, o.ended) as at_s
from clock_inner i
join outer_side o using (key)
where (o.role, i.role) in (('balancer', 'application'), ('application', 'database'),
        ('balancer', 'database'))
    and (o.status is null or o.status not in (499, 502, 504))
    and (o.status is null or i.status is null or o.status = i.status)
    and coalesce(o.began, o.ended) + coalesce(i.began, i.ended) is not null
order by all
"""

# Requests that are rare in both sources and took about as long.
_BY_WORDS: Final = """
with common as (
    select key, count(*) as n
    from clock_lines
    where role = 'balancer' and is_request and not retried and status not in (499, 502, 504)
    group by key
),
inner_side as (
    select l.*
    from clock_lines l
    join common using (key)
    where role = 'application' and is_request and not list_contains($done, source_id)
        and hash(line) % greatest(1, events // $sample)::ubigint = 0
    window rarest as (partition by source_id order by n, line rows unbounded preceding)
    qualify row_number() over rarest <= $rare and sum(n) over rarest <= $candidates
)
select
    o.source_id as outer_id, i.source_id as inner_id, o.line as outer_line, i.line as inner_line,
    coalesce(i.ended - o.ended - o.step - 0.003, '-infinity'::double) as low,
    coalesce(i.began + i.step - o.began + 0.001, 'infinity'::double) as high,
    coalesce(o.began, o.ended) as at_s
from inner_side i
join clock_lines o using (key)
where o.role = 'balancer' and o.is_request and not o.retried
    and abs(coalesce(i.ended - o.ended, i.began - o.began)) < $widest
    and coalesce(o.took - i.took between -$alike and $alike, true)
qualify count(*) over (partition by i.source_id, i.line) <= $like_it
    and count(*) over (partition by i.source_id, o.source_id, o.line) <= $like_it
order by all
"""


@dataclass(frozen=True, eq=False)
class Pairs:
    """Bounds of the inner source's clock minus the outer's, one a pair, in seconds."""

    outer: int
    inner: int
    low: FloatArray
    high: FloatArray
    at_s: FloatArray
    basis: str


def find(connection: duckdb.DuckDBPyConnection) -> list[Pairs]:
    """Find pairs between balancers, applications and databases: by id, or else by what they say.

    Without ids a pair is a request of the same path and status that took about as long, where the
    difference of the times stands out from chance and neither line has another to go with.
    """
    by_id = list(_by_id(connection))
    done = sorted({pairs.inner for pairs in by_id})
    return [*by_id, *_by_words(connection, done)]


def _by_id(connection: duckdb.DuckDBPyConnection) -> Iterator[Pairs]:
    connection.execute(_LINES.format(key=_ID, where=_HAS_ID))
    every = max(1, _inner_events(connection) // _IN_ALL)
    connection.execute(_SAMPLED, {"every": every, "sample": _SAMPLE})
    found = connection.execute(_BY_ID).fetchnumpy()
    for outer, inner, part in _groups(found):
        if len(part["low"]) >= LEAST:
            yield Pairs(outer, inner, part["low"], part["high"], part["at_s"], "ids")


def _inner_events(connection: duckdb.DuckDBPyConnection) -> int:
    asked = "select sum(events)::bigint from sources where role in ('application', 'database')"
    [(events,)] = connection.execute(asked).fetchall()
    return int(events or 0)


def _by_words(connection: duckdb.DuckDBPyConnection, done: list[int]) -> Iterator[Pairs]:
    if not _wordless(connection, done):
        return
    connection.execute(
        _LINES.format(
            key="hash(r.path, r.status)", where="r.path is not null and r.status is not null"
        )
    )
    asked = {
        "done": done, "rare": _RARE, "candidates": _CANDIDATES, "widest": _WIDEST_S,
        "alike": _ALIKE_S, "like_it": _LIKE_IT, "sample": 4 * _SAMPLE,
    }  # fmt: skip
    found = connection.execute(_BY_WORDS, asked).fetchnumpy()
    for outer, inner, part in _groups(found):
        pairs = _standing_out(outer, inner, part)
        if pairs is not None:
            yield pairs


def _wordless(connection: duckdb.DuckDBPyConnection, done: list[int]) -> bool:
    """Whether there is an application's log that has no pairs by id."""
    asked = (
        "select 1 from sources where role = 'application' and not list_contains($done, source_id)"
    )
    return connection.execute(asked + " and events > 0", {"done": done}).fetchone() is not None


def _groups(found: Mapping[str, Any]) -> Iterator[tuple[int, int, dict[str, FloatArray]]]:
    """Split columns by their outer and inner source; the rows are in that order."""
    sides = np.stack([found["outer_id"], found["inner_id"]], axis=1)
    if not len(sides):
        return
    starts = np.flatnonzero(np.any(np.diff(sides, axis=0) != 0, axis=1)) + 1
    for part in np.split(np.arange(len(sides)), starts):
        columns = {name: np.ma.filled(found[name][part], np.nan) for name in found}
        yield int(sides[part[0], 0]), int(sides[part[0], 1]), columns


def _standing_out(outer: int, inner: int, part: Mapping[str, FloatArray]) -> Pairs | None:
    """The candidates near the difference that most of them have, if that can't be by chance."""
    low, high = part["low"], part["high"]
    if len(low) < _BY_CHANCE:
        return None
    place, most, elsewhere = peak(low, high, _NEAR_S)
    if most < max(_BY_CHANCE, _STANDS_OUT * elsewhere):
        return None
    near = (high > place - _NEAR_S) & (low < place + _NEAR_S)
    near &= _single(part["outer_line"], near) & _single(part["inner_line"], near)
    if near.sum() < LEAST:
        return None
    return Pairs(outer, inner, low[near], high[near], part["at_s"][near], "path, status, duration")


def _single(lines: FloatArray, near: Any) -> Any:
    """Flags of the lines that are in one candidate of those flagged, and no other."""
    values, counts = np.unique(lines[near], return_counts=True)
    return np.isin(lines, values[counts == 1])
