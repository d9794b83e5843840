"""Which application line belongs to which request of the balancer, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.statements import sql
from logsleuth.stats.links import join

if TYPE_CHECKING:
    from logsleuth.analyses.traffic import Array
    from logsleuth.case.store import Case
    from logsleuth.stats.links import Links

# How far around the asked period an application's line may be: it may work on long after the
# balancer gave up.
_MARGIN_S: Final = 60.0


def names(case: Case) -> dict[str, str]:
    """The balancer's name of each application instance that its requests tell: app-1 to address."""
    return dict(case.rows(sql("named_instances")))


def link(case: Case, since: float, until: float) -> Links:
    """Match what the balancer asked in a period, in seconds since 1970, with who answered.

    By request id, then by trace id, and where there is none by server, method, path, query,
    status and time, one to one. The confidence is the posterior of the record linkage of Fellegi
    and Sunter (1969): how likely the found line's distance in time is for a true pair, against
    those of the other candidates and of chance. Memory grows with the period's requests.
    """
    method, query, client, ids = case.row(sql("common_words"))
    words = {"method": method, "query": query, "client": client}
    period = {"since": since, "until": until}
    asked = case.arrays(sql("asked"), {**period, **words})
    answered = case.arrays(sql("answered"), {**period, **words, "margin": _MARGIN_S})
    return join(
        {k: _plain(v) for k, v in asked.items()}, {k: _plain(v) for k, v in answered.items()}, ids
    )


def _plain(values: Array) -> Array:
    return values.filled() if isinstance(values, np.ma.MaskedArray) else values
