"""A slow route of which nobody says how long it waited for the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts

# So much of what went badly was slow, or timed out; the rest answered errors.
_SLOW: Final = 0.5


def waits_unseen(facts: Facts, route: str) -> bool:
    """Whether a route is slow, and neither a database nor an application tells what it waits for.

    Its own handler and its statements look alike then.
    """
    told = next((r for r in facts.served_routes if r.route == route), None)
    if facts.database.events or (told is not None and told.database_slower_s is not None):
        return False
    named = np.array([name == route for name in facts.traffic.routes], dtype=bool)
    bad = facts.during & named[facts.traffic.route] & facts.badness.bad
    slow = facts.traffic.duration_s[bad] > facts.badness.threshold_s[bad]
    return len(slow) > 0 and float(slow.mean()) >= _SLOW
