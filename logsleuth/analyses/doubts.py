"""Why a case without an incident may yet hide one: then nobody is ruled out for being calm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logsleuth.analyses import accused, alone, coverage_fields, crowded, drifting, given_up, unequal
from logsleuth.analyses.doubt import Doubt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logsleuth.analyses.facts import Calm
    from logsleuth.case.store import Case


def find(case: Case, calm: Calm) -> tuple[Doubt, ...]:
    """Tell each doubt: what stirred, what speaks against a database, what isn't seen."""
    return tuple(_each(case, calm))


def _each(case: Case, calm: Calm) -> Iterator[Doubt]:
    if calm.unrest is not None:
        yield Doubt(calm.unrest.told, calm.unrest.window, calm.unrest.badness)
    chronic = alone.chronic(calm.traffic, calm.badness)
    if chronic is not None:
        yield Doubt(chronic)
    slower = unequal.slower(calm.traffic)
    if slower is not None:
        yield Doubt(slower)
    drifted = drifting.slower(calm.traffic)
    if drifted is not None:
        yield drifted
    cut = given_up.at_one_time(calm.traffic, calm.badness)
    if cut is not None:
        yield cut
    crowd = crowded.rush(calm.traffic)
    if crowd is not None:
        yield crowd
    seen = coverage_fields.seen(case)
    # What went badly may be among the rest.
    if seen is not None and seen < coverage_fields.SAMPLED:
        yield Doubt(f"the balancer's log has only {seen:.0%} of what the applications served")
    told = accused.find(case, calm.traffic, calm.badness)
    if told is not None:
        yield told
    if not calm.traffic.timed:
        yield Doubt("the balancer's log has no times: what is slow doesn't show in it")
