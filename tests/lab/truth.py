"""Writes down what really happened, in the form that graders read."""

from __future__ import annotations

import statistics
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.lab.visible import Visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.lab.action import Action, Scenario
    from tests.lab.lab import Lab
    from tests.lab.load import Seen
    from tests.lab.plan import Plan


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


def _parts(lab: Lab, start: float, end: float | None) -> dict[str, object]:
    seen = lab.load.seen
    stop = end or lab.ended + 60
    return {
        "before": observed([s for s in seen if s.start < start]),
        "during": observed([s for s in seen if start <= s.start < stop]),
        "after": observed([s for s in seen if s.start >= stop]),
    }


def _database(lab: Lab, scenario: Scenario, action: Action) -> str:
    if "database" in (scenario.component, *action.components_also):
        return "culprit"
    return {"noisy": "red-herring", "calm": "healthy", "absent": "absent"}[lab.plan.database]


def _times(lab: Lab, incident: bool) -> tuple[dict[str, object], float, float | None]:
    middle = lab.injected or (lab.began + lab.ended) / 2
    if not incident:
        return dict.fromkeys(("onset", "onset_visible", "end", "end_visible")), middle, None
    visible = Visible(lab.load.seen, middle)
    seen = visible.onset()
    second = lab.again[0] if lab.again else lab.ended
    over = lab.healed and max(lab.healed, visible.end(second) or 0.0)
    times: dict[str, object] = {
        "onset": zulu(lab.injected),
        "onset_visible": zulu(seen and max(seen, lab.since if lab.plan.cut_s else seen)),
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


def _no_fields(plan: Plan) -> list[str]:
    """The fields that the logs don't have."""
    absent = {
        "database": plan.database == "absent",
        "upstreams": plan.lb_layout == "timed",
        "ids": not plan.ids,
        "milliseconds": plan.coarse,
    }
    return [name for name, gone in absent.items() if gone]


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
        "database": _database(lab, scenario, action),
        "database_inconclusive_ok": True,
        "skewed_pools": [{"pool": s.pool, "server": s.server} for s in action.skews],
        "optional_pools": _optional(lab, scenario),
        "balancer": plan.balancer,
        "stretch": 1,
        "span_s": round(lab.ended - lab.since, 1),
        "from": zulu(lab.since),
        "to": zulu(lab.ended),
        "observed": _parts(lab, start, stop),
        "formats": {"lb": plan.lb_layout, "app": plan.app_style, "db": plan.db_format},
        "clock_skew_s": plan.skew_s,
        "timezones": plan.zones,
        "onset_before_evidence": scenario.fault is not None and plan.cut_s > 0,
        "weak": scenario.fault is not None and plan.weak,
        "second": plan.second or None,
        "ramp_s": round(plan.ramp_s, 1),
        "missing": sorted(filter(None, plan.without.split(","))) + _no_fields(plan),
        "bystanders": [
            f"{habit.kind} at {habit.at_s - plan.cut_s:+.0f} s" for habit in plan.habits
        ],
        "lag_s": round(max(lab.load.lags_s, default=0.0), 3),
        "lines": lines,
        "notes": action.notes,
    }
