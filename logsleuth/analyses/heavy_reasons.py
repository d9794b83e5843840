"""What a route that all others wait for tells of itself, and of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.analyses.findings import Reason, reason
from logsleuth.analyses.heaviest import heaviest_waits
from logsleuth.analyses.shown import shown

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.heaviest import Heaviest

# Of what it takes longer, so much may be anybody's, and so much makes it the database's.
_LITTLE: Final = 0.2
_MOSTLY: Final = 0.5


def kept_by_it(fault: str, facts: Facts, heavy: Heaviest) -> list[Reason]:
    """Tell how much longer it takes than what waits beside it, and how much of the work that is."""
    return [
        reason(
            fault, "one route takes far longer than what waits beside it", "strata", 2.5,
            f"{heavy.route} took {heavy.longer_s:.3f} s longer than other requests that came with"
            f" it, the next route {heavy.next_s:.3f} s",
            effect=heavy.longer_s, query=shown("route-own-times", facts.window),
            evidence=heavy.events,
        ),
        reason(
            fault, "it keeps the workers", "magnitude", 1.5,
            f"that is {heavy.share:.0%} of what all routes take by themselves", effect=heavy.share,
            query=shown("route-own-times", facts.window),
        ),
    ]  # fmt: skip


def waits_of_it(fault: str, facts: Facts, heavy: Heaviest) -> list[Reason]:
    """Weigh how much of that was the database's, or that nobody tells."""
    part = heaviest_waits(facts, heavy)
    if part is None:
        log = "times no statement so short" if facts.database.events else "isn't in the evidence"
        return [
            reason(
                fault, "what it waits for isn't in the evidence", "coverage", -2.0,
                "the applications don't say how long it waited for the database, and the log of"
                f" that {log}",
            )
        ]  # fmt: skip
    return [
        reason(
            fault, "the database's part of its time", "database",
            1.5 if part < _LITTLE else -3.0 if part > _MOSTLY else 0.0,
            f"{part:.0%} of what {heavy.route} takes longer was the database's",
            effect=part, query=shown("instances", facts.window),
        )
    ]  # fmt: skip


def may_wait(fault: str, facts: Facts, heavy: Heaviest) -> list[Reason]:
    """Tell that it waits for statements, or that it may; nothing where it surely doesn't."""
    part = heaviest_waits(facts, heavy)
    if part is not None and part <= _MOSTLY:
        return []
    says = f"nobody tells how long {heavy.route}, slow by itself, waited for its statements"
    if part is not None:
        says = f"{heavy.route} waited for the database for {part:.0%} of what it takes longer"
    held = reason(
        fault, "one route may wait for the database", "strata", 3.0, says, effect=heavy.longer_s,
        query=shown("route-own-times", facts.window), evidence=heavy.events,
    )  # fmt: skip
    if part is None:
        return [held]
    by = "the applications' account" if heavy.database_s is not None else "its slow statements"
    return [
        held,
        reason(
            fault, "the database's part of its time", "database", 2.5, f"that is by {by}",
            effect=part, query=shown("slowest-statements", facts.window),
        ),
    ]  # fmt: skip
