"""What else requests are counted by, and what they sent: status, client, user agent, referrer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.dimensions import Dimension
from logsleuth.analyses.statements import sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logsleuth.analyses.traffic import Array, Traffic
    from logsleuth.case.store import Case

_MOST: Final = 8
_LONGEST: Final = 120


@dataclass(frozen=True, slots=True, eq=False)
class Extras:
    """What the breakdown counts besides; codes and bytes are in order of the requests."""

    dimensions: tuple[Dimension, ...] = ()
    """At most eight values each, and the rest as the last, without a name."""
    sent: Array | None = None
    """Bytes of each request, 0 where one says nothing; None where none does."""


def read(case: Case, traffic: Traffic, during: Array | None = None) -> Extras:
    """Find what requests can be told by; `during` flags those of the incident, if there is one."""
    written, sent = _written(case)
    found = (_statuses(traffic), Dimension("client", traffic.client, traffic.clients), *written)
    told = (dimension for dimension in found if any(dimension.names))
    return Extras(tuple(busiest(dimension, during) for dimension in told), sent)


def busiest(dimension: Dimension, during: Array | None = None) -> Dimension:
    """Keep the values that have most of all requests, or of those of an incident; join the rest."""
    size = len(dimension.names)
    parts = [_parts(dimension.codes, size)]
    if during is not None and during.any():
        parts.append(_parts(dimension.codes[during], size))
    score = np.max(parts, axis=0)
    present = [code for code in np.flatnonzero(score).tolist() if dimension.names[code]]
    present.sort(key=lambda code: (-float(score[code]), dimension.names[code]))
    kept = present[:_MOST]
    places = np.full(size, len(kept), dtype=np.int64)
    places[kept] = np.arange(len(kept))
    codes = places[dimension.codes]
    rest = ("",) if bool((codes == len(kept)).any()) else ()
    names = (dimension.names[code][:_LONGEST] for code in kept)
    return Dimension(dimension.name, codes, (*names, *rest))


def _parts(codes: Array, size: int) -> Array:
    return np.bincount(codes, minlength=size) / max(len(codes), 1)


def _statuses(traffic: Traffic) -> Dimension:
    values, codes = np.unique(traffic.status, return_inverse=True)
    return Dimension(
        "status", codes, tuple(str(value) if value else "" for value in values.tolist())
    )


def _written(case: Case) -> tuple[list[Dimension], Array | None]:
    """What the lines themselves say: only looked up where there is something to be found."""
    agents, referrers, sizes = case.row(sql("tally_written"))
    if not (agents or referrers or sizes):
        return [], None
    case.prepare(sql("agents"))
    case.prepare(sql("referrers"))
    columns = {name: np.asarray(np.ma.filled(column, 0)) for name, column in
               case.arrays(sql("tally_rows")).items()}  # fmt: skip
    return list(_named(case, columns)), columns["sent"] if sizes else None


def _named(case: Case, columns: dict[str, Array]) -> Iterator[Dimension]:
    for name, column, query in (
        ("user agent", "agent", "agent_names"), ("referrer", "referrer", "referrer_names"),
    ):  # fmt: skip
        names = ("", *(text for _, text in case.rows(sql(query))))
        # A single value tells nothing apart.
        if len(names) > 2:
            yield Dimension(name, columns[column], names)
