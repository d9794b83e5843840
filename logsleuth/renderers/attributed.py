"""What holds the harm, in sentences: the fewest values that explain most of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.renderers.wording import percent

if TYPE_CHECKING:
    from logsleuth.model import Attribution, Investigation, ToldBy

TOLD_BY: Final[dict[ToldBy, str]] = {
    "rate": "What fares worse than the other requests",
    "traffic": "What has more of the traffic than before, where all fare alike",
    "outcome": "What became of the bad requests",
}


def attributions(investigation: Investigation) -> list[tuple[ToldBy, list[Attribution]]]:
    """Return the values by how they were told, the telling ones first."""
    groups = {
        told_by: [value for value in investigation.attribution if value.told_by == told_by]
        for told_by in TOLD_BY
    }
    return [(told_by, values) for told_by, values in groups.items() if values]


def holders(investigation: Investigation) -> list[str]:
    """Say what holds the harm; that nothing does, if so; nothing where there is none."""
    if not investigation.attribution:
        return []
    leading = [value for value in investigation.attribution if value.leading]
    return [*map(_sentence, leading)] or [
        "no server, route or client: the harm lies on all of them as the traffic does"
    ]


def _sentence(value: Attribution) -> str:
    return f"{value.dimension} {value.value}: {_part(value)}{_aliases(value)}"


def _part(value: Attribution) -> str:
    # A little more than all is possible where the others do better than before.
    harm = f"{percent(min(value.excess_share, 1.0))} of the harm"
    now = percent(value.share_of_requests)
    if value.told_by == "traffic":
        return f"{harm}; it has {now} of the requests, before {_before(value)}"
    return f"{harm} with {now} of the requests"


def _before(value: Attribution) -> str:
    return percent(value.baseline_share_of_requests)


def _aliases(value: Attribution) -> str:
    return f" (the same requests as {', '.join(value.same_as)})" if value.same_as else ""
