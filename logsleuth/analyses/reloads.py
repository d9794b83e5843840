"""Whether the balancer was reconfigured when it began or ended: what a configuration does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.analyses.findings import reason
from logsleuth.analyses.shown import moment, shown

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.findings import Reason

# nginx writes whole seconds, and new workers take over within one.
_SLACK_S: Final = 2.0
_BEFORE_S: Final = 10.0


def at_reload(fault: str, facts: Facts, family: str = "direct") -> list[Reason]:
    """A reload at the onset speaks for a fault that is configured; so does one that ended it."""
    reloads = facts.changed("reload", within=_BEFORE_S + facts.pace_s)
    first = [c for c in reloads if c.ts <= facts.window.latest + _SLACK_S + facts.pace_s]
    if first:
        return [
            reason(
                fault, "a reload at the onset", family, 1.5,
                f"the balancer was reconfigured at {moment(first[-1].ts)} UTC,"
                f" {facts.window.onset - first[-1].ts:.1f} s before the first bad request:"
                f" {first[-1].message}",
                statistic=facts.window.onset - first[-1].ts,
                evidence=(first[-1].event_id,), query=shown("balancer-messages"),
            )
        ]  # fmt: skip
    ended = facts.window.ended
    last = [c for c in facts.changes if c.kind == "reload" and ended is not None
            and abs(c.ts - ended) <= 2 * _SLACK_S + facts.pace_s]  # fmt: skip
    if not last:
        return []
    return [
        reason(
            fault, "a reload ended it", family, 1.0,
            f"the balancer was reconfigured at {moment(last[0].ts)} UTC, when it was over:"
            f" {last[0].message}",
            evidence=(last[0].event_id,), query=shown("balancer-messages"),
        )
    ]  # fmt: skip
