"""What goes badly without anybody telling on which server, where a balancer's log names none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.analyses.findings import Reason, reason
from logsleuth.analyses.shown import shown

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.traffic import Array

# What is known of less than half tells nothing of the rest.
_MOST: Final = 0.5


def mostly(facts: Facts) -> bool:
    """Whether no log tells the server of more than half of what went badly in the window."""
    bad = int((facts.during & facts.badness.bad).sum())
    return not facts.names_servers and int(_nameless(facts).sum()) > _MOST * bad


def against_parts(fault: str, facts: Facts) -> Reason:
    """Speak against judging servers by their parts where most of the harm may be anybody's.

    Other logs have no line of what was given up, so that who answers nothing looks spared.
    """
    lost = _nameless(facts)
    bad, unknown = int((facts.during & facts.badness.bad).sum()), int(lost.sum())
    return reason(
        fault, "most of the harm has no server", "coverage", -3.0,
        f"the balancer's log names no server, and no other log tells whose {unknown} of the {bad}"
        " bad requests were: the parts of the servers are not known",
        effect=unknown / bad, query=shown("failures-by-server", facts.window),
        evidence=facts.cite(lost),
    )  # fmt: skip


def _nameless(facts: Facts) -> Array:
    flags: Array = (
        facts.during & facts.badness.bad & ~facts.traffic.named[facts.traffic.first_server]
    )
    return flags
