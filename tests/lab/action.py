"""What a scenario does to a running lab, and what truth says about it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.lab.plan import Plan, Terms
from tests.lab.spec import Pool, Server, Spec

if TYPE_CHECKING:
    from tests.lab.lab import Lab

Step = Callable[["Lab"], Awaitable[None]]


@dataclass
class Skew:
    """A pool whose shares nobody intended, and the server that got too much."""

    pool: list[str]
    server: list[str]


@dataclass
class Action:
    """The fault of a recording: how it starts, how it ends, what to blame."""

    inject: Step
    heal: Step | None
    targets: list[str]
    notes: str
    also: list[str] = field(default_factory=list)
    components_also: list[str] = field(default_factory=list)
    skews: list[Skew] = field(default_factory=list)
    repeatable: bool = True  # whether it may happen a second time
    settle: Callable[[Lab], None] | None = None  # what can be known only afterwards


Build = Callable[[Plan, Spec], Action]


@dataclass(frozen=True)
class Scenario:
    """A fault, or a control where the component is missing."""

    component: str | None
    fault: str | None
    build: Build
    terms: Terms = field(default_factory=Terms)


def skew(pool: Pool, server: Server) -> Skew:
    return Skew(pool.forms(), server.forms())


def by_reload(base: Spec, wrong: Spec) -> tuple[Step, Step]:
    """The steps of a fault that is a configuration, loaded and taken back."""

    async def inject(lab: Lab) -> None:
        await lab.reload(wrong)

    async def heal(lab: Lab) -> None:
        await lab.reload(base)

    return inject, heal


async def gradually(seconds: float, apply: Callable[[float], None]) -> None:
    """Bring something to its full strength, at once or in five steps."""
    steps = 5 if seconds else 1
    for step in range(1, steps + 1):
        apply(step / steps)
        await asyncio.sleep(seconds / steps)


def slowly(plan: Plan) -> str:
    """What the notes say about a ramp."""
    return f", within {plan.ramp_s:.0f} s" if plan.ramp_s else ""


async def nothing(_lab: Lab) -> None:
    """A step that does nothing."""
