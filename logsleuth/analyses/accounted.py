"""How much of the harm a database's own lines can account for, at the most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.database import SLACK_S
from logsleuth.analyses.shown import shown
from logsleuth.analyses.statements import sql
from logsleuth.model import Check, Interval

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts

# More than this of the bad requests may well be somebody else's doing, too.
_PART: Final = 0.05
# Fewer bad requests, or timed statements in all, are too few to tell.
_LEAST: Final = 40
_TIMED: Final = 5
# A request that waited for one statement takes longer than what is worth a line.
_LONGER: Final = 2.0


def few_lines_for_much_harm(facts: Facts) -> Check | None:
    """The slow statements and errors that a database logged, held against the bad requests.

    A statement that holds a request up takes about as long as the request, and a database that
    logs what takes that long has a line of it; one that refuses a statement logs the error, which
    PostgreSQL always does. So the lines bound what it can have done. Statements still waiting have
    no line yet: of slow requests nothing is told before the incident is over.
    """
    if facts.silence("database") or not facts.database.timed:
        return None
    bounds = {"onset": facts.window.onset, "stop": facts.window.stop, "slack": SLACK_S}
    least, timed, slow, errors = facts.case.row(sql("accounted"), bounds)
    bad = facts.during & facts.badness.bad
    count = int(bad.sum())
    if timed < _TIMED or least is None or count < _LEAST:
        return None
    held_up = int((np.nan_to_num(facts.traffic.duration_s[bad]) >= _LONGER * least).sum())
    quick = count - held_up
    if quick > _PART * count and facts.database.product != "postgresql":
        return None
    over = facts.window.ended is not None
    most = (min(slow, held_up) if over else held_up) + min(errors, quick)
    return Check(
        name="too few lines for the harm",
        outcome="against" if most <= _PART * count else "neutral",
        family="magnitude",
        explanation=(
            f"the database logs statements of {least:.3f} s already; its {slow} slow ones and"
            f" {errors} errors around the window account for {most} of {count} bad requests at most"
        ),
        effect=most / count,
        margin=Interval(0.0, _PART, 0.95),
        query=shown("slowest-statements", facts.window),
    )
