"""Two faults at once: the first is the graver one, the second makes it harder to see."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

from tests.lab.action import Action
from tests.lab.faults import SCENARIOS
from tests.lab.faults.database import with_log

if TYPE_CHECKING:
    from tests.lab.lab import Lab
    from tests.lab.plan import Plan
    from tests.lab.spec import Spec

SECONDS = ("slow-queries", "lock-contention", "bad-instance", "traffic-surge", "abusive-client")
LONELY = ("outage", "connection-exhaustion", "skewed-weights")  # nothing else would be seen


def with_second(plan: Plan) -> None:
    """Draw another fault of another component, in few cases."""
    rng = random.Random(f"second/{plan.seed}")
    main = SCENARIOS[plan.fault]
    others = [name for name in SECONDS if SCENARIOS[name].component != main.component]
    second = rng.choice(others)
    if main.fault is None or plan.fault in LONELY or rng.random() > 0.06:
        return
    plan.second, plan.weak, plan.again = second, False, None
    if SCENARIOS[second].component == "database":
        with_log(plan)


def built(plan: Plan, spec: Spec) -> Action:
    """The fault of a plan, with the second where it has one."""
    action = SCENARIOS[plan.fault].build(plan, spec)
    if not plan.second:
        return action
    second = SCENARIOS[plan.second].build(plan, spec)
    room = (plan.end_s or plan.seconds) - plan.onset_s
    return _combined(action, second, plan, random.Random(plan.seed).uniform(0, 0.3) * room)


def _combined(main: Action, second: Action, plan: Plan, delay_s: float) -> Action:
    async def inject(lab: Lab) -> None:
        await main.inject(lab)
        await asyncio.sleep(delay_s)
        await second.inject(lab)

    async def heal(lab: Lab) -> None:
        for action in (second, main):
            if action.heal is not None:
                await action.heal(lab)

    other = SCENARIOS[plan.second]
    both = Action(
        inject,
        heal,
        [*main.targets, *second.targets],
        f"{main.notes}; and {delay_s:.0f} s later {second.notes}",
        also=[*main.also, *second.also, str(other.fault)],
        components_also=[*main.components_also, str(other.component)],
        skews=main.skews,
        repeatable=False,
    )

    def settle(lab: Lab) -> None:
        if main.settle is not None:
            main.settle(lab)
        both.targets, both.skews = [*main.targets, *second.targets], main.skews

    both.settle = settle
    return both
