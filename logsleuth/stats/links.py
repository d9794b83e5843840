"""Matches a balancer's attempts with the applications' lines of them: by id, or words and time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from logsleuth.stats.linkage import Side, assigned, candidates, probabilities

if TYPE_CHECKING:
    from collections.abc import Mapping

Array = np.ndarray[Any, Any]

BASES: Final = ("request id", "trace id", "words and times")
# Two hosts that keep their time differ by less, and a line is written a little after its answer.
_SLACK_S: Final = 0.05
# An id that both have is wrong where a client uses the same one again and again.
_BY_ID: Final = 0.999
# A line that nothing contradicts is still somebody else's now and then.
_MOST: Final = 0.99


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """Attempts of the balancer, and the application's line of each where it was found.

    `asked` has a row an attempt, N in all: source_id, line, attempt, began, ended, status, server
    and the times queue_s, connect_s, waited_s, took_s, send_s (NaN: unknown). `answered` has
    a row an application line: source_id, line, began, ended, status, instance, duration_s,
    database_s, queue_s. Times are seconds since 1970.
    """

    asked: Mapping[str, Array]
    answered: Mapping[str, Array]
    found: Array
    """N positions in `answered`, -1 where there is none."""
    confidence: Array
    """N probabilities that the line found is the attempt's; 0 where there is none."""
    basis: Array
    """N codes into `BASES`; -1 where no line was found."""

    @property
    def matched(self) -> Array:
        """Flags of the attempts that have a line."""
        return self.found >= 0


def join(asked: Mapping[str, Array], answered: Mapping[str, Array], ids: bool) -> Links:
    """Match both sides' rows, with the columns of `asked.sql` and `answered.sql`."""
    count = len(asked["began"])
    links = Links(
        asked, answered, np.full(count, -1), np.zeros(count), np.full(count, -1, dtype=np.int8)
    )
    if not count or not len(answered["began"]):
        return links
    free = np.ones(len(answered["began"]), dtype=bool)
    known = (_by_id(links, free, "id", 0) or _by_id(links, free, "trace", 1)) if ids else False
    if known:
        # Whoever has an id has said already whose it isn't.
        free &= (answered["id"] == 0) & (answered["trace"] == 0)
    _by_words(links, free)
    return links


def _by_id(links: Links, free: Array, name: str, basis: int) -> bool:
    """Match by equal ids, the nearest of those that are used again; whether there are any."""
    ours = np.flatnonzero((links.found < 0) & (links.asked[name] != 0))
    theirs = np.flatnonzero(free & (links.answered[name] != 0))
    if not len(ours) or not len(theirs):
        return False
    left = _side(links.asked, links.asked[name], "ended", ours)
    right = _side(links.answered, links.answered[name], "ended", theirs)
    anywhere = np.full(len(ours), np.inf)
    pairs = candidates(left, right, -anywhere, anywhere)
    chosen = assigned(pairs, -np.abs(pairs.apart_s))
    sure = np.full(len(chosen), _BY_ID)
    _keep(links, free, ours[pairs.left[chosen]], theirs[pairs.right[chosen]], sure, basis)
    return len(chosen) > 0


def _by_words(links: Links, free: Array) -> None:
    """Match by server, words and status at the end; then those given up on, at the beginning."""
    asked, answered = links.asked, links.answered
    given_up = (asked["status"] == 0) | (asked["status"] >= 499)
    everything = np.ones(len(given_up), dtype=bool)
    for flags, at, statuses in ((everything, "ended", True), (given_up, "began", False)):
        ours, theirs = np.flatnonzero(flags & (links.found < 0)), np.flatnonzero(free)
        if len(ours) and len(theirs):
            left = _side(asked, _key(asked, statuses), at, ours)
            right = _side(answered, _key(answered, statuses), at, theirs)
            _round(links, free, (ours, left), (theirs, right), ending=at == "ended")


def _round(
    links: Links, free: Array, ours: tuple[Array, Side], theirs: tuple[Array, Side], *, ending: bool
) -> None:
    """Match what is left of both sides by their words and by when they ended, or began."""
    (mine, left), (others, right) = ours, theirs
    step = np.median(links.asked["step_s"][mine]) + np.median(links.answered["step_s"][others])
    slack = _SLACK_S + float(step)
    longest = links.asked["ended"][mine] - links.asked["began"][mine]
    low, high = (
        (-longest - slack, 0 * longest + slack) if ending else (0 * longest - slack, longest)
    )
    pairs = candidates(left, right, low, high)
    if not len(pairs.left):
        return
    score = probabilities(pairs, left, right)
    chosen = assigned(pairs, score)
    sure = np.clip(score[chosen], 0.0, _MOST)
    _keep(links, free, mine[pairs.left[chosen]], others[pairs.right[chosen]], sure, 2)


def _side(rows: Mapping[str, Array], key: Array, at: str, chosen: Array) -> Side:
    took = rows["took_s"] if "took_s" in rows else rows["duration_s"]
    return Side(key[chosen], rows[at][chosen], took[chosen])


def _key(rows: Mapping[str, Array], statuses: bool) -> Array:
    key: Array = rows["key"] ^ rows["place"] * np.uint64(0x9E3779B97F4A7C15)
    if statuses:
        key = key ^ rows["status"].astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F)
    return key


def _keep(
    links: Links, free: Array, left: Array, right: Array, confidence: Array, basis: int
) -> None:
    links.found[left], links.confidence[left], links.basis[left] = right, confidence, basis
    free[right] = False
