"""What holds the harm, and what would have prevented it, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.renderers.wording import counted, percent

if TYPE_CHECKING:
    from logsleuth.model import Attribution, Counterfactual, Investigation, ToldBy

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


def otherwise(investigation: Investigation) -> str:
    """Say how many of the bad requests the intended shares would have prevented, if asked."""
    found = investigation.counterfactual
    if found is None:
        return ""
    bad = counted(found.observed, "bad request")
    return (
        f"{_range(found, 'between ', ' and ')} of the {bad} of pool {found.pool} would not have "
        "happened with the intended shares"
    )


def avoidable(investigation: Investigation) -> str:
    """Say the part of the bad requests that the intended shares would have prevented."""
    found = investigation.counterfactual
    return "" if found is None else _range(found, "", "–").removeprefix("about ")


def briefly(investigation: Investigation) -> str:
    """Say the same in one line of a terminal."""
    found = investigation.counterfactual
    if found is None:
        return ""
    bad = counted(found.observed, "bad request")
    return f"{_range(found, '', ' to ')} of {bad} prevented by the intended shares"


def _range(found: Counterfactual, first: str, second: str) -> str:
    # Not known better than to a percent, whatever the arithmetic says.
    low, high = (
        f"{100 * part / max(found.observed, 1):.0f}"
        for part in (found.prevented_low, found.prevented_high)
    )
    return f"about {low} %" if low == high else f"{first}{low}{second}{high} %"


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
