"""Whether what one client asks for takes the applications longer than others' same requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from logsleuth.analyses.statements import sql

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts

# A place and route that it asked so often is compared.
_COMPARED: Final = 3
_LEAST: Final = 20
# Of its own, fewer tell: they differ as a whole.
_LEAST_OWN: Final = 10


@dataclass(frozen=True, slots=True)
class Dearer:
    """How much longer its requests took than others', s, the medians of both, and one of them."""

    longer_s: float
    its_s: float
    others_s: float
    event: str


def dearer_inside(facts: Facts, client: str, least_s: float) -> Dearer | None:
    """Hold a client's requests against others' to the same routes of the same instances.

    A balancer that gives up on all at one time sees no difference; who finishes them does, queue
    and all, for both wait in it. None unless three in four of its took longer than three in four
    of theirs, and the median by `least_s`.
    """
    window = facts.window
    asked = {
        "onset": window.onset, "stop": window.stop, "client": client, "compared": _COMPARED,
    }  # fmt: skip
    its, others, its_s, others_s, its_least, others_most, event = facts.case.row(
        sql("served_client"), asked
    )
    if its < _LEAST_OWN or others < _LEAST or its_least <= others_most:
        return None
    longer = float(its_s - others_s)
    return Dearer(longer, float(its_s), float(others_s), event) if longer >= least_s else None
