"""How much of the harm a database's own lines can account for, at the most."""

from __future__ import annotations

import math
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
# What is worth a line takes so many times as long as a request does at most: of statements that
# take half of that, which doubles the request's time, some would have one.
_WORTH: Final = 2.0
# What failed sooner than this waited for nobody.
AT_ONCE_S: Final = 0.1


def few_lines_for_much_harm(facts: Facts) -> Check | None:
    """The slow statements and errors that a database logged, held against the bad requests.

    A statement that holds a request up takes about as long as the request, and a database that
    logs what takes that long has a line of it; one that refuses a statement logs the error, which
    PostgreSQL always does. So the lines bound what it can have done. Statements still waiting have
    no line yet: before the incident is over, slow requests count as its doing where no application
    has a line of their end. Who waits for a connection of its own pool waits unseen. And a little
    more to each request fills the workers, for whom all then wait: so nothing is bounded where a
    statement may take several times as long as a request usually does without a line.
    """
    waited = facts.said("pool-exhausted", role="application")
    if facts.silence("database") or not facts.database.timed or waited:
        return None
    bounds = {"onset": facts.window.onset, "stop": facts.window.stop, "slack": SLACK_S}
    least, timed, slow, errors = facts.case.row(sql("accounted"), bounds)
    bad = facts.during & facts.badness.bad
    count = int(bad.sum())
    if timed < _TIMED or least is None or count < _LEAST:
        return None
    took = np.nan_to_num(facts.traffic.duration_s[bad])
    held_up = int((took >= _LONGER * least).sum())
    quick = int((took < min(AT_ONCE_S, _LONGER * least)).sum())
    # What took longer than that may have waited for statements that are worth no line yet, or in a
    # queue that such statements filled.
    between = count - held_up - quick
    hidden = between > _PART * count or least > _WORTH * _usual_s(facts)
    if count - quick > _PART * count and hidden:
        return None
    if quick > _PART * count and facts.database.product != "postgresql":
        return None
    most = min(slow + _unended(facts, held_up, _LONGER * least), held_up) + min(errors, quick)
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


def _usual_s(facts: Facts) -> float:
    """What a request took before, the median in seconds; 0 where nobody saw before."""
    calm = facts.before & (facts.traffic.status < 400)
    took = facts.traffic.duration_s[calm]
    took = took[~np.isnan(took)]
    return 0.0 if facts.blind or not len(took) else float(np.median(took))


def _unended(facts: Facts, held_up: int, longer: float) -> int:
    """How many of the requests that took longer may not have come to an end in an application."""
    if facts.window.ended is not None:
        return 0
    links = facts.linked[1]
    long = np.nan_to_num(links.asked["took_s"]) >= longer
    return held_up if not long.any() else math.ceil(held_up * float((~links.matched[long]).mean()))
