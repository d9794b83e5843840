"""Records one incident from beginning to end."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lab.chance import span
from tests.lab.checks import LATE_S, problems, spoiled
from tests.lab.evidence import Collector
from tests.lab.faults import SCENARIOS
from tests.lab.habits import follow
from tests.lab.lab import Lab
from tests.lab.pairs import built, with_second
from tests.lab.plan import Plan, base_spec, make_plan
from tests.lab.tools import LabError, SpoiledError, alone
from tests.lab.truth import make_truth
from tests.lab.visible import Visible

if TYPE_CHECKING:
    from tests.lab.action import Action, Step


async def _happen(lab: Lab, action: Action) -> None:
    """Let the fault happen, and perhaps end, at the planned moments."""
    plan = lab.plan
    await asyncio.sleep(max(0.0, plan.onset_s - lab.elapsed()))
    lab.injected = time.time()
    await action.inject(lab)
    lab.conf_during = lab.confs[-1]
    if plan.end_s is None or action.heal is None:
        return
    await asyncio.sleep(max(0.0, plan.end_s - lab.elapsed()))
    lab.healed = time.time()
    await action.heal(lab)
    if plan.again is not None and action.repeatable:
        lab.again = await _again(lab, action, plan.again, action.heal)


async def _again(
    lab: Lab, action: Action, planned: tuple[float, float], heal: Step
) -> tuple[float, float]:
    """The second episode, and when it really began and ended."""
    await asyncio.sleep(max(0.0, planned[0] - lab.elapsed()))
    start = time.time()
    await action.inject(lab)
    await asyncio.sleep(max(0.0, planned[1] - lab.elapsed()))
    stop = time.time()
    await heal(lab)
    return start, stop


async def _cut(lab: Lab) -> None:
    """Begin the evidence, later than the recording where the plan says so."""
    await asyncio.sleep(lab.plan.cut_s)
    if lab.plan.cut_s:
        lab.mark()
    lab.since = time.time()


async def _play(lab: Lab, action: Action) -> None:
    """The traffic with everything that happens meanwhile."""
    async with lab.noise():
        lab.began = time.time()
        traffic = lab.load.run(lab.plan.seconds)
        await asyncio.gather(traffic, _cut(lab), follow(lab), _happen(lab, action))
        lab.ended = lab.began + lab.plan.seconds
        await lab.load.drain()
        await asyncio.sleep(0.5)
    if action.settle is not None:
        action.settle(lab)


async def _record(
    plan: Plan, out: Path, folder: Path, most_s: float
) -> tuple[dict[str, object], list[str]]:
    scenario = SCENARIOS[plan.fault]
    spec = base_spec(plan)
    action = built(plan, spec)
    lab = Lab(plan, spec, folder)
    try:
        await lab.start()
        await _play(lab, action)
        lines = Collector(lab, out / "evidence").collect()
    finally:
        await lab.stop()
    quiet_until = lab.ended if scenario.fault is None else lab.injected or 0.0
    restless = Visible(lab.load.seen, quiet_until).restless()
    return make_truth(lab, scenario, action, lines), spoiled(lab.load.lags_s, restless, most_s)


def record(plan: Plan, out: Path, keep: bool = False, most_s: float = LATE_S) -> dict[str, object]:
    """Record a plan into a folder; what was there before is replaced.

    Requests may be sent so many seconds late before that spoils the recording.
    """
    shutil.rmtree(out, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix="lab-"))
    folder.chmod(0o755)  # nginx's workers and PostgreSQL are somebody else
    try:
        with alone(plan):
            truth, spoilt = asyncio.run(_record(plan, out, folder, most_s))
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
    if wrong := [*spoilt, *problems(truth)]:
        shutil.rmtree(out)
        message = f"{'; '.join(wrong)} ({truth['notes']})"
        raise SpoiledError(message) if spoilt else LabError(message)
    (out / "truth.json").write_text(json.dumps(truth, indent=1) + "\n")
    return truth


def plan_for(fault: str, seed: int, seconds: float | None = None) -> Plan:
    """The plan of a fault and a seed, which says how long it lasts where nobody else does."""
    plan = make_plan(fault, seed, seconds or span(seed), SCENARIOS[fault].terms)
    with_second(plan)
    return plan
