"""Whether what was refused was sought at a wrong place: that speaks against who refused it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.analyses import rewritten
from logsleuth.analyses.findings import reason
from logsleuth.analyses.reloads import at_reload
from logsleuth.analyses.rollout import nearest
from logsleuth.analyses.shown import shown

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.findings import Reason

# So much of what went badly was refused, not failed.
_REFUSED: Final = 0.8
_MOSTLY: Final = 0.5


def sought_elsewhere(fault: str, facts: Facts) -> list[Reason]:
    """What speaks against a handler, where requests may not have been meant for it."""
    return [*_refused_since(fault, facts), *_never_asked(fault, facts)]


def _refused_since(fault: str, facts: Facts) -> list[Reason]:
    """A route that is refused since the balancer was reconfigured is sought at a wrong place.

    Applications forget a route with a release, not with a reload of the balancer.
    """
    bad = facts.during & facts.badness.bad
    refused = int((bad & facts.badness.misplaced).sum())
    reloads = [one for one in at_reload(fault, facts) if "at the onset" in one.check.name]
    if refused <= _REFUSED * bad.sum() or nearest(facts) is not None:
        return []
    if not reloads:
        return _never_served(fault, facts, refused) if facts.blind else []
    return [
        reason(
            fault, "refused since a reload", "direct", -2.5,
            f"{refused} of {int(bad.sum())} bad requests were refused, not failed:"
            f" {reloads[0].check.explanation}",
            effect=refused / bad.sum(), evidence=reloads[0].check.evidence,
            query=shown("balancer-messages"),
        )
    ]  # fmt: skip


def _never_served(fault: str, facts: Facts, refused: int) -> list[Reason]:
    """What nobody saw served may be gone from the application, or be sought at a wrong place."""
    return [
        reason(
            fault, "never seen to be served", "direct", -2.5,
            f"{refused} requests were refused, not failed, from the first line of the evidence on",
            effect=float(refused), query=shown("failures-by-status", facts.window),
        )
    ]  # fmt: skip


def _never_asked(fault: str, facts: Facts) -> list[Reason]:
    """A handler that is never reached, for the balancer asks for another path, can't be bad."""
    odd = rewritten.paths(facts)
    refused = int((facts.during & facts.badness.misplaced).sum())
    strayed = sum(r.refused_during for r in odd)
    if not refused or strayed <= _MOSTLY * refused:
        return []
    return [
        reason(
            fault, "the application gets another path", "application", -3.0,
            f"{strayed} times applications refused {', '.join(r.route for r in odd[:3])}, which no"
            f" client asked the balancer for, where {refused} requests were refused",
            effect=float(strayed), evidence=tuple(r.event for r in odd[:3] if r.event),
        )
    ]  # fmt: skip
