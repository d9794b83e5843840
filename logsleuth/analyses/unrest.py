"""What stirred in evidence without an incident: too little or too short, but no accident."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.incident import around, between
from logsleuth.analyses.scanning import Bins, by_server, scan, scan_by_status
from logsleuth.analyses.shown import moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logsleuth.analyses.badness import Badness
    from logsleuth.analyses.incident import Window
    from logsleuth.analyses.scanning import Episode, Measure
    from logsleuth.analyses.traffic import Traffic

_WORDS: Final[dict[Measure, str]] = {
    "failures": "failed",
    "refusals": "were refused",
    "latency": "were slow for their route",
}
# Of an incident's floors, so much; what is below that is everyday.
_HALF: Final = 0.5
# Half of the fewest failures of an incident: a server with fewer needn't be looked at.
_FEWEST: Final = 6
# What takes a tenth of a second longer seems as prompt as ever (Nielsen 1993, "Response times: the
# three important limits"); half as much again is what noise makes of a percentile.
_SEEN_S: Final = 0.15
_TIMES: Final = 1.5
_HALF_TIMES: Final = 1.33
_HALF_S: Final = 0.05
# For as long as no noise of a machine lasts, half of them a quarter longer.
_LASTS_S: Final = 5.0
_LASTING_TIMES: Final = 1.25
_LASTING_S: Final = 0.025


@dataclass(frozen=True, slots=True, eq=False)
class Unrest:
    """The likeliest stretch in which more went badly than elsewhere; seconds since 1970."""

    measure: Measure
    since: float
    until: float
    rate: float
    usual: float
    server: str = ""
    """The server whose requests alone these are; none: everybody's."""
    window: Window | None = None
    """It as an incident would be."""
    badness: Badness | None = None
    """Which requests went badly, as it was found by."""

    @property
    def told(self) -> str:
        """What stirred, in words."""
        whose = f" on {self.server}" if self.server else ""
        return (
            f"from {moment(self.since)} to {moment(self.until)} UTC {self.rate:.1%} of the requests"
            f"{whose} {_WORDS[self.measure]}, {self.usual:.1%} otherwise"
        )


def find(traffic: Traffic, judged: Badness, slightly: Badness) -> Unrest | None:
    """Scan at half the floors of an incident; None where nothing stirs.

    Calm rules a component out only where nothing does: p > 0.05 is never "no effect". Slight
    slowness counts where it is outside of what is equivalent, as a person would have it.

    Args:
        traffic: the balancer's requests.
        judged: which of them went badly.
        slightly: the same, where little slowness is enough to.
    """
    if not len(traffic) or traffic.until <= traffic.since:
        return None
    bins = Bins.of(traffic)
    found = [
        *((e, bins, judged, "") for e in scan(bins, judged, _HALF)),
        *((e, bins, judged, "") for e in scan_by_status(bins, judged, traffic.status, _HALF)),
        *(
            (e, bins, slightly, "")
            for e in scan(bins, slightly, _HALF)
            if _noticed(traffic, bins, e)
        ),
        *_by_server(traffic, judged),
    ]
    if not found:
        return None
    most, bins, flags, server = max(found, key=lambda one: one[0].segment.llr)
    since, until = bins.begins(most.segment.start), bins.begins(most.segment.stop)
    return Unrest(
        most.measure, since, until, most.segment.rate_in, most.segment.rate_out, server,
        between(traffic, judged, most.measure, since, until) if server
        else around(traffic, flags, bins, most),
        judged if server else flags,
    )  # fmt: skip


def _by_server(traffic: Traffic, judged: Badness) -> Iterator[tuple[Episode, Bins, Badness, str]]:
    """What stirs among the requests of one server: what one has alone drowns in all the others'."""
    for code, bins, own in by_server(traffic, judged, _FEWEST):
        yield from ((e, bins, own, traffic.servers[code]) for e in scan(bins, own, _HALF))


def _noticed(traffic: Traffic, bins: Bins, episode: Episode) -> bool:
    """Whether the 95th percentile grew by half, and by so much that people see it.

    Or the median by a third and half of what counts as noticeable, or for long by a quarter: all
    wait a little longer.
    """
    known = bins.seen & ~np.isnan(traffic.duration_s)
    inside = (bins.index >= episode.segment.start) & (bins.index < episode.segment.stop)
    during, usual = traffic.duration_s[known & inside], traffic.duration_s[known & ~inside]
    if not len(during) or not len(usual):
        return True
    now, then = (np.quantile(side, (0.5, 0.95)) for side in (during, usual))
    longest = now[1] >= _TIMES * then[1] and now[1] - then[1] >= _SEEN_S
    times, more = now[0] / max(then[0], 1e-3), now[0] - then[0]
    lasting = (episode.segment.stop - episode.segment.start) * bins.width >= _LASTS_S
    all_wait = times >= _HALF_TIMES and more >= _HALF_S
    slightly = lasting and times >= _LASTING_TIMES and more >= _LASTING_S
    return bool(longest or all_wait or slightly)
