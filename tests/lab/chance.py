"""What a seed draws apart from the fault: moments, gaps, customs; none of it hints at the cause."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.lab.plan import Plan

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Europe/Athens", "America/Sao_Paulo")
LAYERS = ("application", "errors", "configuration")


def span(seed: int) -> float:
    """How long a recording lasts: mostly 70 to 100 s, some are short and a few are long."""
    rng = random.Random(f"span/{seed}")
    kind = rng.choices(("short", "usual", "long"), (15, 78, 7))[0]
    return {"short": 40.0, "usual": float(rng.randint(70, 100)), "long": 150.0}[kind]


def moments(rng: random.Random, seconds: float) -> tuple[float, float | None]:
    """When the fault begins and ends: anywhere, so long as there is a little of it."""
    onset = min(seconds * rng.uniform(0.03, 0.97), seconds - 4)
    onset = max(onset, 3.0)
    room = seconds * 0.97 - onset
    shortest = max(seconds * 0.12, 3 if seconds < 30 else 8)
    if room < shortest or rng.random() < 0.4:
        return onset, None
    return onset, onset + rng.uniform(shortest, room)


def zones(rng: random.Random) -> dict[str, str]:
    """The zones of the layers' clocks."""

    def zone(chance: float) -> str:
        return rng.choice(ZONES) if rng.random() < chance else "UTC"

    everywhere = zone(0.2)
    if everywhere != "UTC":
        return dict.fromkeys(("lb", "app", "db"), everywhere)
    return {"lb": zone(0.35), "app": zone(0.25), "db": zone(0.2)}


def engine(plan: Plan) -> None:
    """Which database it is, and whether slow statements, guilty or not, sleep or work."""
    rng = random.Random(f"engine/{plan.seed}")
    plan.engine = "mariadb" if rng.random() < 1 / 3 else "postgresql"
    plan.hard = rng.random() < 0.5
    if plan.hard and plan.database == "noisy":
        plan.archive_rows = 200_000


def gaps(plan: Plan) -> None:
    """What wasn't collected, and which clocks are wrong."""
    rng = random.Random(f"gaps/{plan.seed}")
    kinds = ("", "errors", "application", "configuration", "errors,configuration")
    plan.without = rng.choices(kinds, (60, 16, 10, 8, 6))[0]
    if plan.balancer == "nginx" and rng.random() < 0.07 and "application" not in plan.without:
        plan.lb_layout = "timed"
    plan.coarse = rng.random() < 0.12
    if rng.random() < 0.25:
        host = rng.choice(("app", "db"))
        plan.skew_s = {host: round(rng.choice((-1, 1)) * rng.uniform(2, 8), 1)}


GRADUAL = {
    "skewed-selection", "bad-instance", "bad-route", "slow-queries", "traffic-surge",
}  # fmt: skip
MILD = GRADUAL | {
    "sticky-hotspot", "timeout-misconfigured", "capacity-limit", "bad-release", "abusive-client",
}  # fmt: skip


def course(plan: Plan) -> None:
    """How the fault goes on: weakly, slowly, twice, or since before the evidence begins."""
    rng = random.Random(f"course/{plan.seed}")
    plan.weak = rng.random() < 0.25 and plan.fault in MILD
    room = (plan.end_s or plan.seconds) - plan.onset_s
    if rng.random() < 0.35 and room > 12:
        plan.ramp_s = rng.uniform(5, min(25, room * 0.6))
    if plan.end_s is not None and rng.random() < 0.5:
        start = plan.end_s + rng.uniform(8, 14)
        stop = start + rng.uniform(8, 14)
        plan.again = (start, stop) if stop < plan.seconds * 0.97 else None
    if plan.fault not in GRADUAL:
        plan.ramp_s = 0.0
    if rng.random() < 0.12:
        _earlier(plan, rng)


def _earlier(plan: Plan, rng: random.Random) -> None:
    """The evidence begins when the fault is already there; what was before isn't in it."""
    plan.cut_s = rng.uniform(18, 24)
    plan.onset_s = plan.cut_s - rng.uniform(5, 11)
    plan.ramp_s = 0.0
    plan.again = None
    if plan.end_s is not None:
        plan.end_s = plan.cut_s + plan.seconds * rng.uniform(0.25, 0.85)
    plan.seconds += plan.cut_s


def customs(plan: Plan) -> None:
    """Unusual but healthy configuration, and machines to match."""
    rng = random.Random(f"customs/{plan.seed}")
    plan.generous = rng.random() < 0.25
    plan.max_fails = rng.choice((30, 50)) if rng.random() < 0.2 else 0
    plan.background = rng.uniform(0.002, 0.01) if rng.random() < 0.35 else 0.0
    plan.scanner = rng.random() < 0.25
    kinds = ("roundrobin", "leastconn", "source", "hash", "uneven", "spare")
    kind = rng.choices(kinds, (56, 11, 6, 7, 10, 10))[0]
    if kind == "uneven":
        unequal(plan, rng)
    elif kind == "spare":
        plan.spares = 1
    else:
        plan.algorithm = kind
    if kind in ("source", "hash"):
        plan.headroom = max(plan.headroom, 2.4)


def unequal(plan: Plan, rng: random.Random) -> None:
    """Machines of two sizes, and weights that follow them."""
    big = rng.choice((2.0, 3.0))
    raw = [big if n == 0 else 1.0 for n in range(plan.servers)]
    rng.shuffle(raw)
    plan.speeds = [speed * plan.servers / sum(raw) for speed in raw]
    plan.workers = max(3, plan.workers)
    plan.weighted = True


def trimmings(plan: Plan) -> None:
    """Manners of the applications and of the balancer."""
    rng = plan.rng
    plan.side = plan.servers <= 4 and rng.random() < 0.35
    plan.sql_comment = plan.ids and rng.random() < 0.6
    plan.health_db = rng.random() < 0.3
    plan.retry = rng.random() < 0.3
    plan.redispatch = rng.random() < 0.6
    plan.patience_s = rng.choice((0.8, 1.5, 2.5, 4.0))
    plan.hurried = rng.random() < 0.3
    plan.statement_ms = rng.choice((200, 250, 300, 500))
    plan.attentive = rng.random() < 0.5
