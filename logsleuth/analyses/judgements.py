"""Judges by name all that was released, restarted, reloaded or drained: guilty or innocent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from logsleuth.analyses import judged_balancer, judged_releases
from logsleuth.analyses.actions import Action, group
from logsleuth.analyses.passage import Passage
from logsleuth.analyses.scales import Judgement, Scales
from logsleuth.analyses.series import moment
from logsleuth.analyses.shown import shown
from logsleuth.model import Check, JudgedChange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from logsleuth.analyses.facts import Calm, Facts
    from logsleuth.model import ChangeVerdict, Component, Moment, Outcome, RootCause

# So many are judged one by one, those nearest to the onset; the others as one before and one after.
MOST: Final = 12
_SHOWN: Final = 3
_MINUTE_S: Final = 60.0
_OUTCOMES: Final[dict[ChangeVerdict, Outcome]] = {
    "guilty": "for", "undecided": "neutral", "innocent": "against",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judged:
    """All that was done, judged; and the verdict of each line that tells of it."""

    changes: tuple[JudgedChange, ...]
    verdicts: Mapping[str, ChangeVerdict]

    @property
    def innocent(self) -> frozenset[str]:
        """The lines that tell of what is innocent."""
        return frozenset(e for e, verdict in self.verdicts.items() if verdict == "innocent")

    def told(self, moments: Iterable[Moment]) -> tuple[Moment, ...]:
        """Say the verdict in the titles of the moments that tell of a change."""
        return tuple(
            replace(m, title=f"{self.verdicts[m.evidence[0]]}: {m.title}")
            if m.kind == "change" and m.evidence and m.evidence[0] in self.verdicts
            else m
            for m in moments
        )

    def checks(self, component: Component) -> tuple[Check, ...]:
        """The verdicts on what was done to a component as checks of its hypothesis."""
        mine = [c for c in self.changes if c.component == component]
        worst = sorted(mine, key=lambda c: list(_OUTCOMES).index(c.verdict))
        return tuple(
            Check(
                f"{c.kind} judged by name", _OUTCOMES[c.verdict],
                f"{title(c)} is {c.verdict}: {c.why}", family="timing",
                evidence=c.evidence, query=c.query,
            )
            for c in worst[:_SHOWN]
        )  # fmt: skip


def title(change: JudgedChange) -> str:
    """Name a change as people would: release 2.18.1, reload at 10:14:05."""
    if change.kind in {"release", "change"} and not change.name.startswith(change.kind):
        return f"{change.kind} {change.name}"
    return change.name


def examine(facts: Facts, root: RootCause, checks: Sequence[Check]) -> Judged:
    """Judge every action beside an incident by the fault that was named and what speaks for it.

    Args:
        facts: of the case.
        root: the fault that was named, or unknown.
        checks: all reasons of that fault.
    """
    cited = frozenset(e for c in checks if c.outcome == "for" for e in c.evidence)
    actions = group(facts.changes)
    scales = Scales(facts, root, cited, actions)
    judges = {"application": judged_releases.judge, "balancer": judged_balancer.judge}
    return _all(actions, facts.window.onset, lambda a: judges[a.component](a, scales))


def without_incident(calm: Calm) -> Judged:
    """Nothing broke, so nothing that was done broke anything; how requests fared all the same."""
    passage = Passage(calm.traffic, calm.badness.bad)

    def innocent(action: Action) -> Judgement:
        after = passage.within(action.ts, action.until + _MINUTE_S)
        before = passage.within(action.ts - _MINUTE_S, action.ts)
        return Judgement(
            "innocent",
            f"nothing broke: {after.bad} of {after.requests} requests in the minute from it on went"
            f" badly, {before.bad} of {before.requests} in the minute before",
        )

    return _all(group(calm.changes), None, innocent)


def _all(
    actions: Sequence[Action], onset: float | None, judge: Callable[[Action], Judgement]
) -> Judged:
    at = onset if onset is not None else actions[0].ts if actions else 0.0
    near = sorted(actions, key=lambda a: (abs(a.ts - at), a.name))[:MOST]
    told: list[tuple[Action, Judgement, tuple[Action, ...]]]
    told = [(one, judge(one), (one,)) for one in near]
    far = [one for one in actions if one not in near]
    sides: dict[tuple[str, bool], list[Action]] = {}
    for one in far:
        sides.setdefault((one.kind, one.ts < at), []).append(one)
    for (_, before), many in sides.items():
        # If the one that is nearest to the onset is innocent, those farther away are.
        told.append((many[0], judge(many[-1] if before else many[0]), tuple(many)))
    told.sort(key=lambda t: (t[0].ts, t[0].name))
    verdicts = {c.event_id: said.verdict for _, said, all_ in told for a in all_ for c in a.changes}
    return Judged(tuple(_document(*each) for each in told), verdicts)


def _document(action: Action, said: Judgement, many: tuple[Action, ...]) -> JudgedChange:
    name = action.name if len(many) == 1 else f"{len(many)} of kind {action.kind}, far from it"
    first = many[0].changes
    lines = (*action.starts, *(c for c in first if c not in action.starts))
    query = "balancer-messages" if action.component == "balancer" else "releases"
    return JudgedChange(
        ts=moment(many[0].ts), until=moment(many[-1].until), kind=action.kind, name=name,
        component=action.component, verdict=said.verdict, why=said.why, count=len(many),
        would_decide=said.would_decide, query=shown(query),
        evidence=tuple(c.event_id for c in lines[:_SHOWN]),
    )  # fmt: skip
