"""Times without a zone get theirs from the other sources, where the requests tell it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from logsleuth.case import timed_ids
from logsleuth.case.growth import stem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

_QUARTER: Final = 900
# Offsets that clocks on Earth are set to, in seconds.
_WIDEST: Final = 14 * 3600
# Fewer pairs than this could agree by chance.
_PAIRS: Final = 5

# Requests seen in two logs, by their id: how many pairs agree on which difference of the times.
_BY_ID: Final = """
with sample as (
    select request_uuid, request_text, min(ts) as ts
    from records
    where source_id = $source_id and ts is not null
        and (request_uuid is not null or request_text is not null)
    group by request_uuid, request_text
    order by ts, request_uuid, request_text limit 4000
),
pairs as (
    select r.source_id, round((epoch(s.ts) - epoch(r.ts)) / 900)::bigint * 900 as apart
    from records r
    join sample s on s.request_uuid = r.request_uuid
    where r.source_id <> $source_id and r.ts is not null
    union all
    select r.source_id, round((epoch(s.ts) - epoch(r.ts)) / 900)::bigint * 900
    from records r
    join sample s on s.request_text = r.request_text
    where r.source_id <> $source_id and r.ts is not null
)
select source_id, apart, count(*) from pairs group by source_id, apart order by all
"""

# Without ids: what both logs say of a request. Only texts that are rare in both can be told apart.
_BY_WORDS: Final = """
with sample as (
    select path, coalesce(query, '') as query, min(ts) as ts, min(status) as status
    from records
    where source_id = $source_id and path is not null and ts is not null
    group by all having count(*) = 1
    order by ts, path, query limit 4000
),
rare as (
    select r.source_id, r.path, coalesce(r.query, '') as query, min(r.ts) as ts,
        min(r.status) as status
    from records r
    join sources o using (source_id)
    where r.source_id <> $source_id and o.role <> $role and r.path is not null
        and r.ts is not null
    group by r.source_id, r.path, coalesce(r.query, '') having count(*) = 1
)
select rare.source_id, round((epoch(sample.ts) - epoch(rare.ts)) / 900)::bigint * 900 as apart,
    count(*)
from sample join rare using (path, query)
where sample.status is not distinct from rare.status or rare.status is null
    or sample.status is null
group by all order by all
"""


@dataclass(frozen=True, slots=True)
class _Source:
    """A file with times: its span as written, in seconds since 1970."""

    source_id: int
    path: str
    format: str
    role: str
    stated: bool
    """Whether its lines, what is around them or people say its zone."""
    shift: int
    since: float
    until: float

    @property
    def log(self) -> tuple[str, str]:
        """What the parts of a rotated log have in common."""
        name = stem(self.path)
        return self.path[: self.path.rfind(name)] + name, self.format


def infer(connection: duckdb.DuckDBPyConnection) -> None:
    """Set the zone shift of each source whose lines don't state their zone.

    Sources that log the same requests are joined by them: the difference of their times, rounded
    to a quarter of an hour, is the difference of their zones. Some ids tell the time. A group
    without any stated zone is laid over the span of the rest; where nothing tells, its
    applications are taken to write UTC.
    """
    sources = [
        _Source(*row)
        for row in connection.execute(
            "select source_id, path, format, role,"
            " zone in ('stated', 'header') or starts_with(zone, 'told '), zone_shift_s::bigint,"
            " epoch(since), epoch(until) from sources"
            " where since is not null and zone is not null order by source_id"
        ).fetchall()
    ]
    unknown = [source for source in sources if not source.stated]
    if not unknown:
        return
    apart = _differences(connection, unknown)
    apart |= _parts(sources, apart)
    known = {source.source_id: source.shift for source in sources if source.stated}
    known |= timed_ids.shifts(connection, [source.source_id for source in unknown])
    _spread(known, apart)
    _label(
        connection,
        {s.source_id: known[s.source_id] for s in unknown if s.source_id in known},
        "inferred",
    )
    placed = dict(known)
    while waiting := [s for s in unknown if s.source_id not in placed]:
        group = {waiting[0].source_id: 0}
        _spread(group, apart)
        members = [s for s in sources if s.source_id in group]
        told = _laid_over(group, members, [s for s in sources if s.source_id in known], known)
        shift = told if told is not None else _by_custom(group, members)
        shifts = {source_id: relative + shift for source_id, relative in group.items()}
        placed |= shifts
        if told is not None:
            known |= shifts
        _label(connection, shifts, "inferred" if told is not None else "assumed UTC")


def _differences(
    connection: duckdb.DuckDBPyConnection, unknown: Sequence[_Source]
) -> dict[tuple[int, int], int]:
    """For pairs of sources that share requests: the first's written time minus the second's."""
    found: dict[tuple[int, int], int] = {}
    for source in unknown:
        by_id = connection.execute(_BY_ID, {"source_id": source.source_id}).fetchall()
        rows = (
            by_id
            or connection.execute(
                _BY_WORDS, {"source_id": source.source_id, "role": source.role}
            ).fetchall()
        )
        for other in {row[0] for row in rows}:
            agreed = _agreed([(a, n) for source_id, a, n in rows if source_id == other])
            if agreed is not None:
                found[source.source_id, other] = agreed
                found[other, source.source_id] = -agreed
    return found


def _parts(
    sources: Sequence[_Source], apart: Mapping[tuple[int, int], int]
) -> dict[tuple[int, int], int]:
    """Parts of one log are in one zone, unless their own requests tell another."""
    told = {one for one, _ in apart}
    logs: dict[tuple[str, str], list[_Source]] = {}
    for source in sources:
        if not source.stated:
            logs.setdefault(source.log, []).append(source)
    found: dict[tuple[int, int], int] = {}
    for parts in logs.values():
        first = min(parts, key=lambda part: (part.source_id not in told, part.source_id)).source_id
        for part in parts:
            if part.source_id not in told and part.source_id != first:
                found[part.source_id, first] = found[first, part.source_id] = 0
    return found


def _agreed(counts: Sequence[tuple[int, int]]) -> int | None:
    """The difference that most pairs agree on; None where they don't."""
    usable = [(apart, count) for apart, count in counts if abs(apart) <= _WIDEST]
    total = sum(count for _, count in usable)
    if total < _PAIRS:
        return None
    apart, count = max(usable, key=lambda item: (item[1], -abs(item[0])))
    return apart if count > 0.5 * total else None


def _spread(shifts: dict[int, int], apart: Mapping[tuple[int, int], int]) -> None:
    waiting = deque(shifts)
    while waiting:
        known = waiting.popleft()
        for (one, other), difference in apart.items():
            if other == known and one not in shifts:
                shifts[one] = shifts[known] + difference
                waiting.append(one)


def _laid_over(
    group: Mapping[int, int],
    members: Sequence[_Source],
    rest: Sequence[_Source],
    known: Mapping[int, int],
) -> int | None:
    """The shift of a group that puts its span onto the rest's; None where none does.

    Onto the balancer's rather, for a log of deploys may go back for weeks.
    """
    for role in ("balancer", "application"):
        told = _overlaid(group, members, [s for s in rest if s.role == role], known)
        if told is not None:
            return told
    return _overlaid(group, members, rest, known)


def _overlaid(
    group: Mapping[int, int],
    members: Sequence[_Source],
    rest: Sequence[_Source],
    known: Mapping[int, int],
) -> int | None:
    """No shift is taken before any other that overlaps as well: most servers write UTC."""
    if not rest:
        return None
    low = min(s.since - known[s.source_id] for s in rest)
    high = max(*(s.until - known[s.source_id] for s in rest), low + 1.0)
    since = min(s.since - group[s.source_id] for s in members)
    # Lines of one second have a span, too.
    until = max(*(s.until - group[s.source_id] for s in members), since + 1.0)
    # Coarser steps are likelier zones: whole hours before halves before quarters.
    steps = sorted(
        filter(timed_ids.is_a_zone, range(-_WIDEST, _WIDEST + 1, _QUARTER)),
        key=lambda s: (s != 0, s % 3600 != 0, s % 1800 != 0, abs(s), s),
    )
    shorter = max(min(until - since, high - low), 1.0)
    for least in (0.8, 0.3):
        for shift in steps:
            common = min(until - shift, high) - max(since - shift, low)
            if common >= least * shorter:
                return shift
    return None


def _by_custom(group: Mapping[int, int], members: Sequence[_Source]) -> int:
    """The shift that makes most of the group's applications, or else of its sources, write UTC."""
    told = [s for s in members if s.role == "application"] or members
    shifts = [-group[s.source_id] for s in told]
    return max(sorted(set(shifts), key=abs), key=shifts.count)


def _label(connection: duckdb.DuckDBPyConnection, shifts: Mapping[int, int], zone: str) -> None:
    for source_id, shift in shifts.items():
        connection.execute(
            "update sources set zone = $zone, zone_shift_s = $shift where source_id = $id",
            {"id": source_id, "shift": shift, "zone": zone},
        )
