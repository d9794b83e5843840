"""What each change is weighed on: how requests fared around it, and what was named."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from logsleuth.analyses import clocks
from logsleuth.analyses.exoneration import MARGIN_RATE
from logsleuth.analyses.passage import Passage, Passed, worse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logsleuth.analyses.actions import Action
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.traffic import Array
    from logsleuth.model import ChangeVerdict, RootCause

# Bad requests that were over before a change, from which on it came too late to be the reason.
_FEW: Final = 5
# Balancers write whole seconds, and new workers take over within one.
SLACK_S: Final = 1.0
# Clocks that no request could tell may be this far off.
_UNTOLD_S: Final = 1.0
_CLOCKS_MOST_S: Final = 5.0
# Stretches before and after a change that came later, to see whether it made things worse.
_NEXT_S: Final = 10.0
_WORSE: Final = 0.25


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether one action did it, in a sentence with its figures."""

    verdict: ChangeVerdict
    why: str
    would_decide: str = ""


@dataclass(frozen=True, eq=False)
class Scales:
    """The onset, and how requests fared around each moment: what every action is weighed on."""

    facts: Facts
    root: RootCause
    cited: frozenset[str]
    """Events that speak for the fault that was named."""
    actions: Sequence[Action]
    """All that was done, in order of time."""

    @cached_property
    def passage(self) -> Passage:
        """The requests, and which of them went badly."""
        return Passage(self.facts.traffic, self.facts.badness.bad)

    @cached_property
    def usual(self) -> Passed:
        """How requests fared in the baseline."""
        return self._counted(self.facts.before)

    @cached_property
    def hurt(self) -> Passed:
        """How they fared in the window."""
        return self._counted(self.facts.during)

    def _counted(self, flags: Array) -> Passed:
        bad = self.facts.badness.bad[flags]
        return Passed(len(bad), int(bad.sum()))

    @cached_property
    def well(self) -> float:
        """The rate up to which requests went well.

        Within 2 points of the baseline, and nearer to it than to the window.
        """
        usual = self.usual.rate
        return usual + min(MARGIN_RATE, 0.5 * max(self.hurt.rate - usual, 0.0))

    @cached_property
    def clock_s(self) -> float:
        """How far an application's clock may still be from the balancer's, in seconds."""
        told = [
            c.high_s - c.low_s for c in clocks.read(self.facts.case)
            if c.low_s is not None and c.high_s is not None and c.pairs
        ]  # fmt: skip
        return min(max(told, default=_UNTOLD_S), _CLOCKS_MOST_S)

    def guard_s(self, action: Action) -> float:
        """How uncertain the moment of an action is beside the requests."""
        return self.clock_s if action.component == "application" else 0.0


def too_late(action: Action, scales: Scales) -> Judgement | None:
    """What came when requests had gone badly already is not the reason; None where it didn't."""
    window = scales.facts.window
    over = scales.passage.over(window.onset, action.ts - scales.guard_s(action))
    if over.bad < _FEW or over.least <= scales.usual.rate:
        return None
    if window.ended is not None and action.ts >= window.ended - SLACK_S:
        return Judgement("innocent", f"it came {_since(action, scales)}, when it was over")
    apart = min(_NEXT_S, action.ts - window.onset)
    before = scales.passage.within(action.ts - apart, action.ts)
    after = scales.passage.within(action.until, min(action.until + apart, window.stop))
    said = (
        f"it came {_since(action, scales)}: {over.bad} of {over.requests} requests had gone"
        " badly by then"
    )
    if after.requests >= _FEW and worse(after, before) > _WORSE:
        return Judgement(
            "undecided",
            f"{said}, but it got worse with it: {after.rate:.0%} after {before.rate:.0%}",
            "whether it gets better without it",
        )
    return Judgement("innocent", said)


def _since(action: Action, scales: Scales) -> str:
    return f"{action.ts - scales.facts.window.onset:.1f} s after the onset"


def passed_well(passed: Passed, scales: Scales) -> bool:
    """Whether so many requests went so well that the harm would have shown among them."""
    return passed.requests > 0 and passed.most <= scales.well
