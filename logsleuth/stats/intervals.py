"""An interval, the shape in which every estimate states how far it can be trusted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed interval; a bound that the data can't give is infinite, never nan."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        """Whether the value lies between the bounds, bounds included."""
        return self.low <= value <= self.high

    def inside(self, low: float, high: float) -> bool:
        """Whether the whole interval lies strictly between low and high."""
        return low < self.low and self.high < high
