"""Finds the first and the last bad moment that clients saw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.lab.load import Seen


@dataclass(frozen=True)
class Eye:
    """How sharply to look: what counts as slow, and how many bad ones in how long count."""

    slow_s: float
    window_s: float
    least: int
    rate: float

    def bad(self, seen: Seen) -> bool:
        return seen.failed or seen.seconds > self.slow_s


def _eyes(baseline: Sequence[Seen]) -> tuple[Eye, Eye]:
    """An ordinary one, and a keen one for what is weak; by what nobody waited for before."""
    times = sorted(s.seconds for s in baseline)
    usual = times[int(0.99 * (len(times) - 1))] if times else 0.15
    return Eye(max(0.3, 2 * usual), 3.0, 3, 0.05), Eye(1.2 * usual, 12.0, 8, 0.025)


class Visible:
    """What clients saw of a fault that was injected at a moment."""

    def __init__(self, seen: Sequence[Seen], injected: float) -> None:
        self.seen = sorted(seen, key=lambda s: s.end)
        self.before = [s for s in self.seen if s.end < injected]
        self.eyes = _eyes(self.before)
        self.injected = injected

    def _lasting(self, eye: Eye, start: float, stop: float) -> bool:
        """Whether a neighbourhood is bad, rather than an odd request in it."""
        near = [s for s in self.seen if start <= s.end <= stop]
        bad = sum(eye.bad(s) for s in near)
        usual = sum(eye.bad(s) for s in self.before) / max(1, len(self.before))
        return bad >= eye.least and bad / len(near) > max(eye.rate, 3 * usual)

    def restless(self) -> bool:
        """Whether something was bad before the fault, or without one: a busy machine, mostly."""
        eye = self.eyes[0]
        return any(
            eye.bad(one) and self._lasting(eye, one.end, one.end + eye.window_s)
            for one in self.seen
            if one.end + eye.window_s < self.injected
        )

    def onset(self) -> float | None:
        for eye in self.eyes:
            for one in self.seen:
                bad = one.end > self.injected and eye.bad(one)
                if bad and self._lasting(eye, one.end, one.end + eye.window_s):
                    return one.end
        return None

    def end(self, before: float) -> float | None:
        """The last bad moment before another one."""
        eye = self.eyes[0]
        for one in reversed(self.seen):
            bad = self.injected < one.end < before and eye.bad(one)
            if bad and self._lasting(eye, one.end - eye.window_s, one.end):
                return one.end
        return None
