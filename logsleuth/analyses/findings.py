"""What a fault tells the verdict: its target, and reasons for and against, each with a weight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from logsleuth.model import Check

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts
    from logsleuth.model import Component, Interval, Outcome

# A weight is a log-likelihood ratio as an expert would bet: 1 about 3 to 1, 3 about 20 to 1.
NEUTRAL: Final = 0.25


@dataclass(frozen=True, slots=True)
class Reason:
    """A check and how much it says: positive for the fault, negative against it."""

    check: Check
    weight: float


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault held against the evidence."""

    fault: str
    component: Component
    target: str | None
    summary: str
    reasons: tuple[Reason, ...]
    pool: str | None = None


class Fault(Protocol):
    """What a module of `faults` offers."""

    @property
    def COMPONENT(self) -> Component:  # noqa: N802 - a module's constant
        """The component that the fault belongs to."""
        ...

    @property
    def NAME(self) -> str:  # noqa: N802 - a module's constant
        """The contract's name of the fault."""
        ...

    @property
    def LOOKALIKES(self) -> tuple[str, ...]:  # noqa: N802 - a module's constant
        """Faults that the same signs may mean."""
        ...

    def examine(self, facts: Facts) -> list[Finding]:
        """Hold the fault against the facts: one finding for each target worth judging."""
        ...


def reason(
    fault: str,
    name: str,
    family: str,
    weight: float,
    explanation: str,
    *,
    statistic: float | None = None,
    p_value: float | None = None,
    effect: float | None = None,
    interval: Interval | None = None,
    margin: Interval | None = None,
    query: str = "",
    evidence: tuple[str, ...] = (),
) -> Reason:
    """Make a reason; its outcome follows from the sign of its weight."""
    outcome: Outcome = "for" if weight > NEUTRAL else "against" if weight < -NEUTRAL else "neutral"
    figures: dict[str, Any] = {
        "statistic": statistic, "p_value": p_value, "effect": effect, "interval": interval,
        "margin": margin,
    }  # fmt: skip
    check = Check(
        name=name,
        outcome=outcome,
        explanation=explanation,
        family=family,
        fault=fault,
        query=query,
        evidence=evidence,
        **figures,
    )
    return Reason(check, weight)
