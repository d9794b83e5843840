"""The same request, asked again of another server: an experiment that the balancer made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.shown import shown
from logsleuth.analyses.statements import sql
from logsleuth.model import Check, Interval
from logsleuth.stats.proportions import wilson

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts

# So many requests tell, and of them so many are answered at once, surely.
_LEAST: Final = 40
_NEARLY_ALL: Final = 0.9


def answered_at_once(facts: Facts) -> Check | None:
    """Hold what another server answered, after the first had not, against the times of before.

    It is the same request at the same moment, so what all servers share was well: a database that
    is slow, locked, full or gone lets the second server wait or fail as it did the first. None
    where the log has no times of attempts, or too few requests were tried again.
    """
    calm = facts.traffic.duration_s[facts.before]
    calm = calm[~np.isnan(calm)]
    if len(calm) < _LEAST:
        return None
    usual = float(np.quantile(calm, 0.95))
    bounds = {"onset": facts.window.onset, "stop": facts.window.stop, "usual_s": usual}
    again, answered = facts.case.row(sql("second_tries"), bounds)
    if again < _LEAST:
        return None
    sure = wilson(answered, again)
    return Check(
        name="another server answers at once",
        outcome="against" if sure.low >= _NEARLY_ALL else "neutral",
        family="strata",
        explanation=(
            f"of {again} requests that were tried on another server as well, it answered {answered}"
            f" within {usual:.3f} s, as 95% were before"
        ),
        effect=answered / again,
        interval=Interval(sure.low, sure.high),
        margin=Interval(_NEARLY_ALL, 1.0),
        query=shown("retries", facts.window),
    )
