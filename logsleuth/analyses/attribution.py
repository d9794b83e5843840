"""Which values of which dimensions hold the bad requests that there are above the baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses import dimensions
from logsleuth.analyses.cells import MOST
from logsleuth.analyses.cells import count as count_cells
from logsleuth.analyses.peeling import Peeler, Term
from logsleuth.analyses.shown import shown
from logsleuth.analyses.values import Counted, Value, count, dispersion
from logsleuth.model import Attribution, Interval
from logsleuth.stats.multiple import benjamini_yekutieli

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from logsleuth.analyses.dimensions import Dimension
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.incident import Window
    from logsleuth.analyses.traffic import Array, Traffic
    from logsleuth.model import ToldBy

# Adtributor's threshold: what explains two thirds of the excess is an answer.
_ENOUGH: Final = 0.67
_MOST_RIDERS: Final = 8
_MOST_OUTCOMES: Final = 3
_PLAIN: Final = frozenset(
    {"server", "pool", "route", "method", "client", "client network", "status"}
)


def examine(facts: Facts) -> tuple[Attribution, ...]:
    """Attribute the excess: first what stands by itself, then what rides on it, then outcomes.

    Empty where the window has no more bad requests than the baseline's pace would give. Where all
    fare alike, values that have more of the traffic than before are told. Where nothing but
    outcomes is found, the excess lies on the values as the traffic does.
    """
    found = dimensions.places(facts)
    return (*(_told(facts, found, "rate") or _told(facts, found, "traffic")), *_described(facts))


def _told(facts: Facts, found: Sequence[Dimension], by: ToldBy) -> tuple[Attribution, ...]:
    told = holders(facts.traffic, facts.badness.bad, facts.window, found, by)
    return tuple(_attribution(facts, term, by, leads) for term, leads in told)


def holders(
    traffic: Traffic, bad: Array, window: Window, found: Sequence[Dimension], by: ToldBy
) -> tuple[tuple[Term, bool], ...]:
    """What holds the excess of the flagged requests, and whether it is one of the fewest that do.

    By `rate` a value is held against the other requests of the window, by `traffic` against the
    requests that it had before.
    """
    before, during = _periods(traffic, window)
    by_traffic = by == "traffic"
    if during.stop <= during.start or (by_traffic and before.stop <= before.start):
        return ()
    phi = dispersion(traffic, bad, during)
    tables = [count(d, bad, before, during, phi=phi, by_traffic=by_traffic) for d in found]
    # A value of all requests can't be held against others, but against what it had before.
    told = [v for v in _adjusted(tables) if by_traffic or v.others_rate is not None]
    told = sorted(told, key=_order)[:MOST]
    flags = [(v.codes, v.code) for v in told if v.codes is not None]
    cells = count_cells(flags, bad, before, during)
    return tuple(_terms(Peeler(told, cells, sum(len(t.codes) for t in tables), phi, by_traffic)))


def _periods(traffic: Traffic, window: Window) -> tuple[slice, slice]:
    return traffic.between(-np.inf, window.onset), traffic.between(window.onset, window.stop)


def _adjusted(tables: Sequence[Counted]) -> Iterator[Value]:
    """The values worth a look, with p-values adjusted for all that were tested."""
    if not tables:
        return
    adjusted: Array = benjamini_yekutieli(np.concatenate([t.found.p_value for t in tables]))
    bounds = np.cumsum([len(table.codes) for table in tables])[:-1]
    for table, p_values in zip(tables, np.split(adjusted, bounds), strict=True):
        yield from table.values(p_values)


def _order(value: Value) -> tuple[bool, float, float]:
    return (not value.stands_out, -value.gain, -value.share)


def _terms(peeler: Peeler) -> Iterator[tuple[Term, bool]]:
    """The terms, the largest first, and whether each is one of the fewest that suffice."""
    terms, covered = peeler.terms(), 0.0
    for term in sorted(terms, key=lambda t: (-t.covers, t.value.label)):
        yield term, covered < _ENOUGH
        covered += term.covers
    rest = sorted(peeler.rest(terms), key=_standing)
    yield from ((term, False) for term in rest[:_MOST_RIDERS])


def _standing(term: Term) -> tuple[bool, float, str]:
    return (term.rides_on is not None, -term.value.share, term.value.label)


def _described(facts: Facts) -> Iterator[Attribution]:
    """What became of the bad requests: each status, origin and message with much of the excess."""
    before, during = _periods(facts.traffic, facts.window)
    for dimension in dimensions.outcomes(facts):
        table = count(dimension, facts.badness.bad, before, during)
        found = sorted(table.values(table.found.p_value), key=lambda v: (-v.share, v.name))
        for value in found[:_MOST_OUTCOMES]:
            yield _attribution(facts, Term(value, ()), "outcome", leads=False)


def _attribution(facts: Facts, term: Term, by: ToldBy, leads: bool) -> Attribution:
    value, described = term.value, by == "outcome"
    return Attribution(
        dimension=value.title,
        value=value.name,
        told_by=by,
        requests=value.n1,
        bad=value.k1,
        rate=value.k1 / max(value.n1, 1),
        baseline_rate=value.k0 / value.n0 if value.n0 else None,
        others_rate=value.others_rate,
        share_of_requests=value.n1 / max(value.of[2], 1),
        baseline_share_of_requests=value.n0 / value.of[0] if value.of[0] else None,
        lift=None if described else value.lift,
        excess_share=value.share,
        interval=Interval(*value.interval),
        p_value=None if described else value.p_value,
        leading=leads,
        rides_on=term.rides_on,
        same_as=term.same_as,
        query=_query(facts, value.title),
    )


def _query(facts: Facts, title: str) -> str:
    """The SQL that shows it: the counts of the dimension, or what tells its values apart."""
    first, _, second = title.partition(" × ")
    if {first, second or first} <= _PLAIN:
        return shown("attribution", facts.window, dimension=first, second=second)
    others = {"release": "releases", "status origin": "upstream-vs-client-status"}
    return shown(others.get(first, "error-messages"), facts.window)
