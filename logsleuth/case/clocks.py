"""How far each source's clock is from the balancer's, told by requests that both have logged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from logsleuth.case import clock_pairs
from logsleuth.stats.intervals import Interval
from logsleuth.stats.offsets import AGREEING, Offset, offset

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import duckdb

    from logsleuth.case.clock_pairs import Pairs

# Offsets below this change no conclusion, and a correction could be worse than they are.
_MATTERS_S: Final = 0.05
# A source whose pairs agree less than this is left as it is.
_TRUSTED: Final = 0.6

_STORE: Final = """
update sources
set clock_offset_s = $value, clock_low_s = $low, clock_high_s = $high, clock_pairs = $pairs,
    clock_drift_s = $drift, clock_basis = $basis, clock_shift_s = $shift
where source_id = $id
"""

# One host has one clock: another log of an instance goes by what its requests told.
_SAME_HOST: Final = """
update sources
set clock_offset_s = told.value, clock_low_s = told.low, clock_high_s = told.high,
    clock_pairs = 0, clock_drift_s = told.drift, clock_basis = 'same host',
    clock_shift_s = told.shift
from (
    select host, min(clock_offset_s) as value, min(clock_low_s) as low, min(clock_high_s) as high,
        min(clock_drift_s) as drift, min(clock_shift_s) as shift
    from sources
    where host is not null and clock_offset_s is not null
    group by host
    having count(*) = 1
) told
where told.host = sources.host and sources.clock_offset_s is null and sources.events > 0
"""


@dataclass(frozen=True, slots=True)
class _Clock:
    """A source's offset to the reference, and the pairs that it rests on."""

    told: Offset
    basis: str


def estimate(connection: duckdb.DuckDBPyConnection) -> None:
    """Set the clock columns of each source that shares requests with another.

    The reference is the balancer's log with the most requests, and offsets go on from source to
    source by the surest pairs: balancer, application, database.
    """
    connection.execute(
        "update sources set clock_offset_s = null, clock_low_s = null, clock_high_s = null,"
        " clock_pairs = null, clock_drift_s = null, clock_basis = null, clock_shift_s = 0"
    )
    steps = dict(
        connection.execute(
            "select source_id, coalesce(resolution_s, 1) from sources"
            " where role in ('balancer', 'application', 'database') and events > 0"
        ).fetchall()
    )
    reference = _reference(connection)
    if reference is None or len(steps) < 2:
        return
    known = _spread(reference, _links(clock_pairs.find(connection)))
    for source_id, clock in sorted(known.items()):
        if source_id != reference:
            step = max(steps[source_id], steps[reference])
            _store(connection, source_id, clock, _shift(clock.told, step))
    connection.execute(_SAME_HOST)
    connection.execute("drop view if exists clock_lines")
    connection.execute("drop table if exists clock_inner")


def _reference(connection: duckdb.DuckDBPyConnection) -> int | None:
    row = connection.execute(
        "select source_id from sources where role = 'balancer' and events > 0"
        " order by format in ('nginx-error', 'syslog'), events desc, path limit 1"
    ).fetchone()
    return None if row is None else int(row[0])


def _links(found: Iterable[Pairs]) -> dict[tuple[int, int], _Clock]:
    """For pairs of sources: the second's clock minus the first's, both ways."""
    links: dict[tuple[int, int], _Clock] = {}
    for pairs in found:
        told = offset(pairs.low, pairs.high, pairs.at_s)
        if told is not None:
            links[pairs.outer, pairs.inner] = _Clock(told, pairs.basis)
            links[pairs.inner, pairs.outer] = _Clock(_reversed(told), pairs.basis)
    return links


def _reversed(told: Offset) -> Offset:
    bounds = Interval(-told.interval.high, -told.interval.low)
    return Offset(-told.value, bounds, told.pairs, told.agreeing, -told.drift)


def _spread(reference: int, links: Mapping[tuple[int, int], _Clock]) -> dict[int, _Clock]:
    """Add up offsets along the links, the surest first: as Prim grows a tree."""
    known = {reference: _Clock(Offset(0.0, Interval(0.0, 0.0), 0, 1.0), "reference")}
    while ways := [
        (_doubt(known[one], link), other, one, link)
        for (one, other), link in links.items()
        if one in known and other not in known
    ]:
        _, other, one, link = min(ways, key=lambda way: way[:3])
        known[other] = _added(known[one], link)
    return known


def _doubt(known: _Clock, link: _Clock) -> tuple[bool, float]:
    low, high = (c.told.interval.high - c.told.interval.low for c in (known, link))
    return min(known.told.agreeing, link.told.agreeing) < AGREEING, low + high


def _added(known: _Clock, link: _Clock) -> _Clock:
    one, two = known.told, link.told
    bounds = Interval(one.interval.low + two.interval.low, one.interval.high + two.interval.high)
    agreeing = min(one.agreeing, two.agreeing)
    return _Clock(
        Offset(one.value + two.value, bounds, two.pairs, agreeing, one.drift + two.drift),
        link.basis,
    )


def _shift(told: Offset, step: float) -> float:
    """What to subtract: nothing where 0 is within what the stamps and the pairs leave open."""
    low, high = told.interval.low, told.interval.high
    clear = low > step or high < -step
    return told.value if clear and abs(told.value) > _MATTERS_S and told.agreeing >= _TRUSTED else 0


def _store(
    connection: duckdb.DuckDBPyConnection, source_id: int, clock: _Clock, shift: float
) -> None:
    told = clock.told
    low, high = (
        None if abs(b) == float("inf") else b for b in (told.interval.low, told.interval.high)
    )
    connection.execute(
        _STORE,
        {
            "id": source_id, "value": round(told.value, 6), "low": low, "high": high,
            "pairs": told.pairs, "drift": told.drift, "basis": clock.basis,
            "shift": round(shift, 6),
        },
    )  # fmt: skip
