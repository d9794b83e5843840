"""Failures that say themselves what they are, and are over too soon to have waited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.shown import shown
from logsleuth.analyses.statements import sql
from logsleuth.model import Check, Interval

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts

_LEAST: Final = 40
# Of the bad requests so many failed in an application; a restart, too, turns some away at once.
_MOST: Final = 0.75
# And of these so many have an error.
_NEARLY_ALL: Final = 0.9
# So few may be slow, or have an error whose words may mean a database.
_FEW: Final = 0.05
# Lines are written when a request is over.
_SLACK_S: Final = 2.0


def failures_of_its_own(facts: Facts) -> Check | None:
    """Hold the errors that applications logged against the failures, and these against time.

    A database that is slow, locked or full lets requests wait; of one that is gone, or takes no
    more connections, the application's error tells. Errors of which each failure has one, that
    name nothing of the kind, and came as soon as answers usually do, are the application's.
    """
    bad = facts.during & facts.badness.bad
    count = int(bad.sum())
    calm, took = (facts.traffic.duration_s[flags] for flags in (facts.before, bad))
    calm, took = calm[~np.isnan(calm)], took[~np.isnan(took)]
    if min(count, len(calm), len(took)) < _LEAST:
        return None
    window = facts.window
    bounds = {"onset": window.onset, "stop": window.stop, "slack": _SLACK_S}
    failures, own, perhaps = facts.case.row(sql("own_errors"), bounds)
    if not own or failures < _MOST * count:
        return None
    usual = float(np.quantile(calm, 0.95))
    late = float((took > usual).mean())
    told = min(own, failures) / failures
    clear = told >= _NEARLY_ALL and perhaps <= _FEW * failures and late <= _FEW
    return Check(
        name="failures of its own",
        outcome="against" if clear else "neutral",
        family="direct",
        explanation=(
            f"{own} errors beside {failures} failures of applications name neither a database nor"
            f" anything to wait for, {perhaps} may; {late:.0%} of the bad requests took longer than"
            f" {usual:.3f} s, as 5% did before"
        ),
        effect=told,
        margin=Interval(_NEARLY_ALL, 1.0),
        query=shown("error-messages", window),
    )
