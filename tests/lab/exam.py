"""Investigates recorded cases and marks the answers by their truth: the figures in the docs."""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from logsleuth.case.ingest import ingest
from logsleuth.case.store import open_case
from logsleuth.formats import spec
from logsleuth.investigation import investigate
from logsleuth.stats.proportions import wilson

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from logsleuth.model import Investigation, RootCause

TOLERANCE_S: Final = 2.0
TOLERANCE: Final = 0.05
# A name with more confidence than this is believed.
SURE: Final = 0.6


@dataclass(frozen=True)
class Mark:
    """One case: what it was, and what of the answer was right."""

    id: str
    truth: dict[str, Any]
    said: str
    confidence: float
    component: bool
    fault: bool
    target: bool
    onset: bool | None
    ruled_out: bool
    false_alarm: bool
    false_skew: bool
    database: bool

    @property
    def incident(self) -> bool:
        return bool(self.truth["incident"])

    @property
    def faults(self) -> list[str]:
        """What is wrong with the answer, in words."""
        wrong = {
            "component": self.incident and not self.component,
            "fault": self.incident and self.component and not self.fault,
            "target": self.incident and self.fault and not self.target,
            "onset": self.onset is False,
            "ruled out": self.ruled_out,
            "false alarm": self.false_alarm,
            "false skew": self.false_skew,
            "database": not self.database,
        }
        return [name for name, is_wrong in wrong.items() if is_wrong]

    @property
    def kind(self) -> str:
        """Plain cases, and those that are asked of less: weak, cut, incomplete or mixed ones."""
        if self.truth.get("second"):
            return "two faults at once"
        if self.truth.get("onset_before_evidence"):
            return "began before the evidence"
        if set(self.truth.get("missing", ())) & {"application", "database", "upstream"}:
            return "a layer or the servers' names missing"
        return "weak" if self.truth.get("weak") else "plain"


def sit(case: Path) -> Investigation:
    """Investigate the evidence of a case, which can't see its truth."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.duckdb"
        ingest([str(case / "evidence")], path, spec.load(None))
        with open_case(path) as opened:
            return investigate(opened)


def mark(case: Path) -> Mark:
    """Mark one case as practice's scorer does, by every name that is acceptable."""
    truth = json.loads((case / "truth.json").read_text(encoding="utf-8"))
    found = sit(case)
    cause = found.root_cause
    components = {truth["component"], *truth["component_also"]}
    status = {h.component: h.status for h in found.hypotheses}
    named = cause is not None and cause.fault is not None
    return Mark(
        id=truth["id"],
        truth=truth,
        said="nothing" if cause is None else f"{cause.component}/{cause.fault}/{cause.target}",
        confidence=cause.confidence if cause is not None and named else 0.0,
        component=cause is not None and cause.component in components,
        fault=cause is not None and cause.fault in {truth["fault"], *truth["fault_also"]},
        target=cause is not None and _target(truth, cause),
        onset=_onset(truth, found),
        ruled_out=truth["incident"]
        and all(status[c] == "ruled-out" for c in components if c in status),
        false_alarm=not truth["incident"] and found.incident is not None,
        false_skew=_false_skew(truth, found),
        database=(status["database"] == "implicated") <= (truth["database"] == "culprit"),
    )


def _target(truth: dict[str, Any], cause: RootCause) -> bool:
    """Whether the target is acceptable; a surge of traffic has none, also beside another fault."""
    if cause.fault == "traffic-surge":
        return cause.target is None
    return str(cause.target).lower() in {str(target).lower() for target in truth["target"]}


def _onset(truth: dict[str, Any], found: Investigation) -> bool | None:
    """Whether the onset is right; None where there is none to be found."""
    if not truth["incident"] or truth.get("onset_before_evidence") or found.incident is None:
        return None
    told = found.incident.onset.timestamp()
    first = datetime.fromisoformat(truth["onset"]).timestamp()
    last = datetime.fromisoformat(truth["onset_visible"] or truth["onset"]).timestamp()
    slack = max(TOLERANCE_S, TOLERANCE * truth["span_s"])
    return bool(first - slack <= told <= last + slack)


def _false_skew(truth: dict[str, Any], found: Investigation) -> bool:
    allowed = {form for skew in truth["skewed_pools"] for form in skew["pool"]}
    allowed |= set(truth["optional_pools"])
    return any(
        pool.skewed and not allowed & {pool.pool, *(s.server for s in pool.servers)}
        for pool in found.pools
    )


# The tables.


def _rate(marks: Sequence[Mark], right: Callable[[Mark], bool]) -> str:
    good = sum(right(m) for m in marks)
    if not marks:
        return "-"
    interval = wilson(good, len(marks))
    return f"{good}/{len(marks)} ({interval.low:.0%}-{interval.high:.0%})"


def table(marks: Sequence[Mark]) -> Iterable[str]:
    """The marks by kind of case, with 95 % intervals (Wilson), as a table of Markdown."""
    incidents = [m for m in marks if m.incident]
    controls = [m for m in marks if not m.incident]
    kinds = sorted({m.kind for m in incidents}, key=lambda kind: (kind != "plain", kind))
    yield "| cases | component | fault | target | onset | true cause ruled out |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for name in ["all", *kinds]:
        some = [m for m in incidents if name in {"all", m.kind}]
        timed = [m for m in some if m.onset is not None]
        columns = [
            _rate(some, lambda m: m.component),
            _rate(some, lambda m: m.fault),
            _rate(some, lambda m: m.fault and m.target),
            _rate(timed, lambda m: bool(m.onset)),
            _rate(some, lambda m: m.ruled_out),
        ]
        yield f"| {name} | {' | '.join(columns)} |"
    yield ""
    yield f"False alarms: {_rate(controls, lambda m: m.false_alarm)} controls."
    yield f"False skew: {_rate(marks, lambda m: m.false_skew)}."
    yield f"An innocent database implicated: {_rate(marks, lambda m: not m.database)}."


def reliability(marks: Sequence[Mark]) -> Iterable[str]:
    """How often answers of each confidence were right, and the Brier score of all of them."""
    told = [m for m in marks if m.incident and m.confidence > 0]
    yield "| confidence | answers | right |"
    yield "| --- | --- | --- |"
    for low, high in ((0.0, 0.7), (0.7, 0.85), (0.85, 0.93), (0.93, 1.0)):
        some = [m for m in told if low < m.confidence <= high]
        mean = sum(m.confidence for m in some) / len(some) if some else 0.0
        yield f"| {mean:.2f} | {len(some)} | {_rate(some, lambda m: m.fault)} |"
    brier = sum((m.confidence - m.fault) ** 2 for m in told) / max(len(told), 1)
    yield ""
    yield f"Brier score {brier:.3f}; {sum(m.incident for m in marks) - len(told)} named nothing."


def variants(marks: Sequence[Mark]) -> Iterable[str]:
    """What became of cases that were written again, by the way in which: nothing else is counted.

    Right has the fault and the target. A wrong name is told apart by whether it was given for sure.
    """
    ways: dict[str, list[Mark]] = {}
    for one in marks:
        ways.setdefault(one.truth.get("variant", ""), []).append(one)
    if set(ways) == {""}:
        return
    heads = ["right", "nothing named", "wrong, unsure", "wrong, sure", "ruled out", "false alarms"]
    yield f"| written as | {' | '.join(heads)} |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for way, some in ways.items():
        incidents = [m for m in some if m.incident]
        right = sum(m.fault and m.target for m in incidents)
        wrong = [m for m in incidents if m.confidence > 0 and not (m.fault and m.target)]
        sure = sum(m.confidence > SURE for m in wrong)
        controls = [m for m in some if not m.incident]
        cells = [
            f"{right}/{len(incidents)}",
            len(incidents) - right - len(wrong), len(wrong) - sure, sure,
            sum(m.ruled_out for m in incidents),
            f"{sum(m.false_alarm for m in controls)}/{len(controls)}",
        ]  # fmt: skip
        yield f"| {way or 'recorded'} | {' | '.join(map(str, cells))} |"


def exam(folders: Sequence[Path]) -> None:
    """Mark every case of some folders: first what is wrong with some, then the tables."""
    cases = sorted(path.parent for folder in folders for path in folder.glob("*/truth.json"))
    marks = [mark(case) for case in cases]
    for one in marks:
        if one.faults:
            told = f"said {one.said} ({one.confidence:.2f}; {', '.join(one.faults)})"
            sys.stdout.write(f"{one.id}: {told}; {one.truth['notes']}\n")
    for line in ["", *table(marks), "", *reliability(marks), "", *variants(marks)]:
        sys.stdout.write(f"{line}\n")
