"""Writes down what really happened, in the form that graders read."""

from __future__ import annotations

import statistics
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.lab.action import Action, Scenario
    from tests.lab.lab import Lab
    from tests.lab.load import Seen

WINDOW_S = 3.0


def zulu(moment: float | None) -> str | None:
    """A moment as UTC to the millisecond."""
    if moment is None:
        return None
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def observed(seen: Sequence[Seen]) -> dict[str, object] | None:
    """What clients saw in a period."""
    if not seen:
        return None
    times = sorted(s.seconds for s in seen)
    return {
        "requests": len(seen),
        "failure_rate": round(sum(s.failed for s in seen) / len(seen), 4),
        "p50_s": round(statistics.median(times), 3),
        "p95_s": round(times[int(0.95 * (len(times) - 1))], 3),
    }


def _slow_above(baseline: Sequence[Seen]) -> float:
    """What nobody waited for while all was well."""
    times = sorted(s.seconds for s in baseline)
    return max(0.3, 2 * times[int(0.99 * (len(times) - 1))]) if times else 0.3


class Visible:
    """Finds the first and the last bad moment that clients saw."""

    def __init__(self, seen: Sequence[Seen], injected: float) -> None:
        self.seen = sorted(seen, key=lambda s: s.end)
        before = [s for s in self.seen if s.end < injected]
        self.slow_s = _slow_above(before)
        self.usual = sum(self._bad(s) for s in before) / max(1, len(before))
        self.injected = injected

    def _bad(self, seen: Seen) -> bool:
        return seen.failed or seen.seconds > self.slow_s

    def _lasting(self, near: list[Seen]) -> bool:
        """Whether a neighbourhood is bad, rather than an odd request in it."""
        bad = sum(self._bad(s) for s in near)
        return bad >= 3 and bad / len(near) > max(0.05, 3 * self.usual)

    def restless(self) -> bool:
        """Whether something was bad before the fault, or without one: a busy machine, mostly."""
        return any(
            self._bad(one)
            and self._lasting([s for s in self.seen if one.end <= s.end <= one.end + WINDOW_S])
            for one in self.seen
            if one.end + WINDOW_S < self.injected
        )

    def onset(self) -> float | None:
        for one in self.seen:
            if one.end > self.injected and self._bad(one):
                near = [s for s in self.seen if one.end <= s.end <= one.end + WINDOW_S]
                if self._lasting(near):
                    return one.end
        return None

    def end(self, before: float) -> float | None:
        """The last bad moment before another one."""
        for one in reversed(self.seen):
            if self.injected < one.end < before and self._bad(one):
                near = [s for s in self.seen if one.end - WINDOW_S <= s.end <= one.end]
                if self._lasting(near):
                    return one.end
        return None


def _parts(lab: Lab, start: float, end: float | None) -> dict[str, object]:
    seen = lab.load.seen
    stop = end or lab.ended + 60
    return {
        "before": observed([s for s in seen if s.start < start]),
        "during": observed([s for s in seen if start <= s.start < stop]),
        "after": observed([s for s in seen if s.start >= stop]),
    }


def _database(lab: Lab, scenario: Scenario) -> str:
    if scenario.component == "database":
        return "culprit"
    return {"noisy": "red-herring", "calm": "healthy", "absent": "absent"}[lab.plan.database]


def _times(lab: Lab, incident: bool) -> tuple[dict[str, object], float, float | None]:
    middle = lab.injected or (lab.began + lab.ended) / 2
    if not incident:
        return dict.fromkeys(("onset", "onset_visible", "end", "end_visible")), middle, None
    visible = Visible(lab.load.seen, middle)
    second = lab.again[0] if lab.again else lab.ended
    over = lab.healed and max(lab.healed, visible.end(second) or 0.0)
    times: dict[str, object] = {
        "onset": zulu(lab.injected),
        "onset_visible": zulu(visible.onset()),
        "end": zulu(lab.healed),
        "end_visible": zulu(over),
    }
    if lab.again:
        last = max(lab.again[1], visible.end(lab.ended) or 0.0)
        times["end_also"] = [[zulu(lab.again[1]), zulu(last)]]
    return times, middle, over


def _optional(lab: Lab, scenario: Scenario) -> list[str]:
    """Pools that may be called skewed or not, because their shares follow from the fault."""
    if scenario.fault in (None, "skewed-selection", "sticky-hotspot"):
        return []
    return [form for pool in lab.spec.pools for form in pool.forms()]


def make_truth(lab: Lab, scenario: Scenario, action: Action, lines: int) -> dict[str, object]:
    """The label of a recording."""
    plan = lab.plan
    times, start, stop = _times(lab, scenario.fault is not None)
    return {
        "id": plan.id,
        "incident": scenario.fault is not None,
        "component": scenario.component,
        "fault": scenario.fault,
        "fault_also": action.also,
        "component_also": action.components_also,
        "target": action.targets,
        **times,
        "database": _database(lab, scenario),
        "database_inconclusive_ok": True,
        "skewed_pools": [{"pool": s.pool, "server": s.server} for s in action.skews],
        "optional_pools": _optional(lab, scenario),
        "balancer": plan.balancer,
        "stretch": 1,
        "span_s": round(lab.ended - lab.began, 1),
        "from": zulu(lab.began),
        "to": zulu(lab.ended),
        "observed": _parts(lab, start, stop),
        "formats": {"lb": plan.lb_layout, "app": plan.app_style, "db": plan.db_layout},
        "clock_skew_s": plan.skew_s,
        "timezones": plan.zones,
        "lines": lines,
        "notes": action.notes,
    }
