"""How an application is sick: slow, failing, or both, and how badly."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.lab.plan import Plan

Symptoms = dict[str, float | str]
ERRORS = ("files", "cache", "setting", "memory")


def symptoms(plan: Plan) -> tuple[Symptoms, str]:
    """Slow, failing, or both; a weak one is three times slower or fails one time in twelve."""
    rng = plan.rng
    error = rng.choice(ERRORS)
    slow, fail = round(rng.uniform(4, 14), 1), round(rng.uniform(0.2, 0.8), 2)
    if plan.weak:
        slow, fail = round(rng.uniform(2.5, 3.5), 1), round(rng.uniform(0.07, 0.12), 2)
    kinds: list[tuple[Symptoms, str]] = [
        ({"slow": slow}, f"{slow} times slower"),
        ({"fail": fail, "error": error}, f"{fail:.0%} of its requests fail ({error})"),
    ]
    if not plan.weak:
        both: Symptoms = {"slow": slow, "fail": 0.3, "error": error}
        kinds.append((both, f"{slow} times slower, 30% fail"))
    if plan.passive:
        kinds = kinds[1:]  # nobody takes a server out for being slow
    return rng.choice(kinds)


def weakened(trouble: Symptoms, part: float) -> Symptoms:
    """The same symptoms at a part of their strength."""
    weak = dict(trouble)
    if "slow" in weak:
        weak["slow"] = 1 + (float(weak["slow"]) - 1) * part
    if "fail" in weak:
        weak["fail"] = float(weak["fail"]) * part
    return weak
