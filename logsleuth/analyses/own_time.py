"""Which route took longer by itself, when all wait in one queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.statements import sql
from logsleuth.stats.own_time import OwnTime, own_time

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.incident import Window
    from logsleuth.analyses.traffic import Array
    from logsleuth.case.store import Case

# Requests on each side of the onset; more would tell no better.
_MOST: Final = 20_000
_CITED: Final = 3
_SLOWER: Final = 0.5
_NOTICED_S: Final = 0.05
_SOMEWHAT: Final = 0.1
_STEP_S: Final = 0.02
# A few requests for everything are no slow route.
_TYPICAL: Final = 0.25
# Of what all routes took longer by themselves, so much is one's alone.
_SHARE: Final = 0.75
# Instances that show it. With a tenth of the requests of a route, chance may spare one of four.
_PLACES: Final = 0.75
# Who asks for it more often than before asks for other things of it.
_OFTENER: Final = 1.5
# The database's part of a slow route's time from which on it isn't the route's own.
_EXPLAINED: Final = 0.3
# A log of slow statements has a part of them only.
_CALLED: Final = 0.2


@dataclass(frozen=True, slots=True)
class SlowedRoute:
    """The route that added most time of its own, and some of its requests."""

    route: str
    own: OwnTime
    events: tuple[str, ...]
    requests: int
    """Those of the window that were looked at."""

    @property
    def alone(self) -> bool:
        """Whether this route, everywhere and asked for as ever, surely took longer by itself."""
        own = self.own
        return (
            own.interval.low > self.noticed_s
            and own.typical_s > _TYPICAL * own.longer_s
            and self._one_everywhere
        )

    @property
    def somewhat(self) -> bool:
        """The same of a route that took a tenth longer: too little by itself to be at fault."""
        own = self.own
        return own.interval.low > max(_SOMEWHAT * own.usual_s, _STEP_S) and self._one_everywhere

    @property
    def _one_everywhere(self) -> bool:
        own = self.own
        return own.share > _SHARE and own.places >= _PLACES and own.oftener < _OFTENER

    def waits_for_database(self, facts: Facts) -> bool:
        """Whether somebody tells that it was the database that the route waited longer for."""
        part = database_part(facts, self)
        return part is not None and part > _EXPLAINED

    @property
    def unchanged(self) -> bool:
        """Whether even the route that took most longer surely was as fast as ever by itself."""
        return self.own.interval.high < self.noticed_s

    @property
    def noticed_s(self) -> float:
        """Half of its usual time again; less is a busy processor's."""
        return max(_SLOWER * self.own.usual_s, _NOTICED_S)


def slowed_route(case: Case, window: Window, *, by_balancer: bool = False) -> SlowedRoute | None:
    """Find the route whose own time grew most; None where logs give no times or too few routes.

    By what the applications handled; or by what the balancer passed on to them, whose time has
    more in it that all routes share: the connection, and the queue before the application.
    """
    lines = handled(case, window, by_balancer=by_balancer)
    routes, kind = np.unique(lines["route"].astype(str), return_inverse=True)
    if len(routes) < 3:
        return None
    before, during = (period.inside(lines["began"]) for period in (window.baseline, window))
    own = own_time(
        lines["place"], kind, lines["began"], lines["duration_s"], lines["database_s"], before,
        during,
    )  # fmt: skip
    if own is None:
        return None
    longest = during & (kind == own.kind) & (lines["duration_s"] >= own.usual_s + own.longer_s)
    cited = lines["event_id"][np.flatnonzero(longest)[:_CITED]]
    asked = int((during & (kind == own.kind)).sum())
    return SlowedRoute(str(routes[own.kind]), own, tuple(cited.tolist()), asked)


def handled(case: Case, window: Window, *, by_balancer: bool) -> dict[str, Array]:
    """Read what was served well, of both sides of the onset what is nearest to it, as columns."""
    bounds = {**window.bounds, "most": _MOST, "balancer": by_balancer}
    return {name: _plain(values) for name, values in case.arrays(sql("handled"), bounds).items()}


def database_part(facts: Facts, slowed: SlowedRoute) -> float | None:
    """How much of what the route took longer was the database's; None where nobody tells.

    By the application's own account, or by what those slow statements took longer that came as
    often as the route was asked for, not a job's few long ones. What a statement would have to take
    before it is worth a line may be more than the route took longer: then they tell nothing.
    """
    own = slowed.own
    if own.part_s is not None:
        return own.part_s / max(own.longer_s, 1e-3)
    if not facts.database.timed or facts.silence("database") is not None:
        return None
    longer = facts.seconds_during / max(facts.seconds_before, 1e-3)
    served = sum(r.during for r in facts.served_routes if r.route == slowed.route)
    asked = served or slowed.requests
    grown = sum(
        max(s.busy_during_s - longer * s.busy_before_s, 0.0)
        for s in facts.database.statements
        if s.calls_during >= _CALLED * asked
    )
    part = grown / max(own.longer_s * asked, 1e-3)
    return part if part > _EXPLAINED or worth_a_line_s(facts) <= own.longer_s else None


def worth_a_line_s(facts: Facts) -> float:
    """The shortest time that the database found worth a line, in seconds; infinite if none was."""
    bounds = {"onset": facts.window.onset, "stop": facts.window.stop, "slack": 0.0}
    (least, *_) = facts.case.row(sql("accounted"), bounds)
    return float("inf") if least is None else float(least)


def nobody_tells(facts: Facts, slowed: SlowedRoute) -> bool:
    """Whether neither the applications nor any log of the database says what it did meanwhile."""
    silent = not facts.database.events or facts.silence("database") is not None
    return slowed.own.part_s is None and silent


def _plain(values: Array) -> Array:
    return values.filled() if isinstance(values, np.ma.MaskedArray) else values
