"""HAProxy in the place of nginx: it knows its servers by names, and counts who is there."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Final

from tests.lab.variants.common import answer_s, asked_of, moment, status_of, swapped
from tests.lab.variants.exchanges import UNCONNECTED, Ending, exchanges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.lab.variants.evidence import Evidence
    from tests.lab.variants.exchanges import Exchange

# HAProxy's session state at disconnection.
_ENDED: Final = {
    Ending.REFUSED: "SC--", Ending.UNREACHED: "sC--", Ending.CLOSED: "SH--", Ending.TIMEOUT: "sH--",
    Ending.BROKEN: "SD--", Ending.NO_SERVER: "SC--", Ending.QUEUED: "sQ--", Ending.LIMITED: "PR--",
    Ending.LEFT: "CH--", Ending.OWN: "LR--", Ending.ANSWERED: "----",
}  # fmt: skip


class Haproxy:
    """HAProxy's own format, whose counters follow from who was there at the same time."""

    def __init__(self, found: Sequence[Exchange]) -> None:
        """Name the servers in the order of their addresses and count who is there."""
        servers = sorted({(one.pool, t.server) for one in found for t in one.tries})
        self.names = {key: f"web{i + 1}" for i, key in enumerate(servers)}
        self._starts = sorted(one.started for one in found)
        self._ends = sorted(one.ended for one in found)

    def __call__(self, one: Exchange) -> str:
        """Write a request as HAProxy does."""
        asked, last = asked_of(one), one.last
        connect = (
            -1 if one.ending in UNCONNECTED or last is None else round(1000 * (last.connect_s or 0))
        )
        answer = answer_s(one)
        header = -1 if answer is None else max(round(1000 * answer) - connect, 0)
        wait = (
            -1 if asked is None and one.ending is not Ending.QUEUED else round(1000 * one.queue_s)
        )
        status, tries = status_of(one, "haproxy"), max(len(one.tries) - 1, 0)
        moved = len({t.server for t in one.tries}) > 1
        here = self._here(one)
        stamp = moment(round(one.started, 3))
        return (
            f"{one.client}:{40000 + int(one.started * 1000) % 20000}"
            f" [{stamp:%d/%b/%Y:%H:%M:%S}.{stamp.microsecond // 1000:03d}] public"
            f" {one.pool}/{self.names[one.pool, asked] if asked else '<NOSRV>'}"
            f" 0/{wait}/{connect}/{header}/{round(one.took_s * 1000)}"
            f" {-1 if status in {None, 499} else status} {one.bytes} - - {_ENDED[one.ending]}"
            f" {here}/{here}/{here}/{max(here // 3, 1)}/{'+' if moved else ''}{tries} 0/0"
            f' "{one.request}"'
        )

    def _here(self, one: Exchange) -> int:
        return bisect_right(self._starts, one.ended) - bisect_left(self._ends, one.ended)


def haproxy(evidence: Evidence) -> Evidence:
    """HAProxy in the place of nginx: it knows its servers by names."""
    write = Haproxy(exchanges(evidence))
    new = swapped(evidence, "haproxy.log", write)
    names = {address: name for (_, address), name in write.names.items()}

    def also(told: Sequence[str]) -> list[str]:
        return [*told, *(names[t] for t in told if t in names)]

    return new.told(
        target=also(new.truth["target"]),
        skewed_pools=[s | {"pool": also(s["pool"])} for s in new.truth["skewed_pools"]],
        optional_pools=also(new.truth["optional_pools"]),
    )
