"""What operators do in any week: deploys and reloads that harm nobody, at any moment."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.lab.lab import Lab
    from tests.lab.plan import Plan
    from tests.lab.spec import Spec

Tweak = Callable[["Spec"], None]
WORDS = ("starting version {}", "listening, version {}", "booted release {}", "version {} is up")
VERSIONS = (
    ("3.4.1", "3.4.2", "3.5.0"),
    ("v2.18.0", "v2.18.1", "v2.19.0"),
    ("2026.10.4", "2026.11.1", "2026.11.2"),
    ("1.0.371", "1.0.372", "1.0.380"),
)


@dataclass
class Habit:
    """Something harmless at a moment, in seconds after the traffic's start."""

    at_s: float
    kind: str


def name_versions(plan: Plan) -> None:
    """The versions that run, come next and come after that."""
    rng = random.Random(f"versions/{plan.seed}")
    plan.version, plan.next_version, plan.later_version = rng.choice(VERSIONS)
    plan.version_words = rng.choice(WORDS)


def draw(plan: Plan) -> list[Habit]:
    """The habits of a seed, whatever its fault is."""
    rng = random.Random(f"habits/{plan.seed}")
    habits = []
    if rng.random() < 0.35:
        habits.append(Habit(_moment(plan, rng), "deploy"))
    kinds = ("reload", "comment", "timeout", "client-timeout")
    often = [rng.random() < chance for chance in (0.45, 0.2)]
    habits += [Habit(_moment(plan, rng), rng.choice(kinds)) for reloads in often if reloads]
    return sorted(habits, key=lambda habit: habit.at_s)


def _moment(plan: Plan, rng: random.Random) -> float:
    """Well before the onset, near it, after it, or anywhere."""
    last = plan.seconds - 2
    where = {
        "before": plan.onset_s * rng.uniform(0.05, 0.8),
        "near": plan.onset_s + rng.uniform(-4, 4),
        "after": plan.onset_s + rng.uniform(0.1, 1) * (last - plan.onset_s),
        "anywhere": rng.uniform(1, last),
    }
    return min(max(1.0, where[rng.choice(sorted(where))]), last)


def _comment(spec: Spec) -> None:
    spec.comment = "reviewed by operations"


def _timeout(spec: Spec) -> None:
    if spec.read_timeout_ms >= 1000:  # a wrong one would be mended
        spec.read_timeout_ms += 500


def _client_timeout(spec: Spec) -> None:
    spec.client_timeout_s += 10


TWEAKS: dict[str, Tweak] = {
    "reload": lambda _spec: None,
    "comment": _comment,
    "timeout": _timeout,
    "client-timeout": _client_timeout,
}


async def follow(lab: Lab) -> None:
    """Do everything at its moment."""
    for habit in lab.plan.habits:
        await asyncio.sleep(max(0.0, habit.at_s - lab.elapsed()))
        if habit.kind == "deploy":
            await deploy(lab, lab.plan.next_version)
        else:
            await lab.tweak(TWEAKS[habit.kind])


async def deploy(lab: Lab, version: str, **trouble: object) -> None:
    """Exchange one instance after another without closing a connection, as good servers can."""
    pause = random.Random(f"pause/{lab.plan.seed}").uniform(0.2, 2.5)
    for server in lab.spec.main.servers:
        app = lab.apps[server.name]
        app.tell(notice="shutting down gracefully")
        await asyncio.sleep(0.3)
        app.tell(notice=lab.plan.version_words.format(version), **trouble)
        await asyncio.sleep(pause)
