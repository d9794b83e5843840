"""What stirred in evidence without an incident: too little or too short, but no accident."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from logsleuth.analyses.scanning import Bins, scan
from logsleuth.analyses.shown import moment

if TYPE_CHECKING:
    from logsleuth.analyses.badness import Badness
    from logsleuth.analyses.scanning import Measure
    from logsleuth.analyses.traffic import Traffic

_WORDS: Final[dict[Measure, str]] = {
    "failures": "failed",
    "refusals": "were refused",
    "latency": "were slow for their route",
}
# Of an incident's floors, so much; what is below that is everyday.
_HALF: Final = 0.5


@dataclass(frozen=True, slots=True)
class Unrest:
    """The likeliest stretch in which more went badly than elsewhere; seconds since 1970."""

    measure: Measure
    since: float
    until: float
    rate: float
    usual: float

    @property
    def told(self) -> str:
        """What stirred, in words."""
        return (
            f"from {moment(self.since)} to {moment(self.until)} UTC {self.rate:.1%} of the requests"
            f" {_WORDS[self.measure]}, {self.usual:.1%} otherwise"
        )


def find(traffic: Traffic, *judged: Badness) -> Unrest | None:
    """Scan at half the floors of an incident, for each way of judging; None where nothing stirs.

    Calm rules a component out only where nothing does: p > 0.05 is never "no effect".
    """
    if not len(traffic) or traffic.until <= traffic.since:
        return None
    bins = Bins.of(traffic)
    found = [e for badness in judged for e in scan(bins, badness, _HALF)]
    if not found:
        return None
    most = max(found, key=lambda e: e.segment.llr)
    return Unrest(
        most.measure, bins.begins(most.segment.start), bins.begins(most.segment.stop),
        most.segment.rate_in, most.segment.rate_out,
    )  # fmt: skip
