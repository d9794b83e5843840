"""From reasons to hypotheses to a root cause: the only place that may say "ruled out"."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from logsleuth.analyses import exoneration
from logsleuth.analyses.accounted import few_lines_for_much_harm
from logsleuth.analyses.busiest import full_before
from logsleuth.analyses.own_errors import failures_of_its_own
from logsleuth.analyses.second_tries import answered_at_once
from logsleuth.analyses.shown import shown
from logsleuth.analyses.unreached import never_reached_a_server
from logsleuth.model import COMPONENTS, Check, FaultStanding, Hypothesis, RootCause

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.findings import Finding, Reason
    from logsleuth.analyses.judgements import Judged
    from logsleuth.model import Component, Status

# One family of reasons may say this much and no more, so that no absurd p-value decides alone.
_CAP: Final = 3.0
# A fault is named from this score on, with reasons of at least two families.
_NAMED: Final = 4.0
_FAMILIES: Final = 2
# What comes this near to it is told as open, the likeliest few.
_OPEN: Final = 1.5
_TOLD: Final = 2
# Never surer than this: the evidence may be of another world than the one that was learnt from.
_SUREST: Final = 0.97
_STEEPNESS: Final = 0.55

_NEXT: Final[Mapping[Component, str]] = {
    "balancer": "the balancer's configuration before and after, and its error log",
    "application": "the logs of every instance, with durations and the release",
    "database": "the database's log with log_min_duration_statement = 200 and log_lock_waits = on",
    "client": "an hour of the balancer's log before the onset, with client addresses",
}


@dataclass(frozen=True, slots=True)
class Scored:
    """A finding with the sum of its reasons, each family capped."""

    finding: Finding
    score: float
    families: int


@dataclass(frozen=True, slots=True)
class Exoneration:
    """What speaks against a component for itself: `enough` if that is all there has to be."""

    component: Component
    checks: tuple[Check, ...]
    covered: bool
    enough: bool
    would_decide: tuple[str, ...] = ()


def score(finding: Finding) -> Scored:
    """Add up the reasons of a finding, by family and capped."""
    families: dict[str, float] = {}
    for one in finding.reasons:
        family = one.check.family
        families[family] = families.get(family, 0.0) + one.weight
    capped = [max(-_CAP, min(_CAP, weight)) for weight in families.values()]
    return Scored(finding, sum(capped), sum(weight >= 0.5 for weight in capped))


def ranked(findings: Sequence[Finding]) -> tuple[Scored, ...]:
    """The best finding of each fault, the likeliest fault first."""
    best: dict[str, Scored] = {}
    for scored in map(score, findings):
        known = best.get(scored.finding.fault)
        if known is None or scored.score > known.score:
            best[scored.finding.fault] = scored
    return tuple(sorted(best.values(), key=lambda s: (-s.score, s.finding.fault)))


def root_cause(standing: Sequence[Scored]) -> RootCause:
    """Name the likeliest fault, or `unknown` where none has enough reasons of enough kinds."""
    named = [s for s in standing if s.score >= _NAMED and s.families >= _FAMILIES]
    if not named:
        return RootCause("unknown", None, None, 0.0, _undecided(standing))
    best = named[0]
    second = max((s.score for s in standing if s is not best), default=0.0)
    return RootCause(
        component=best.finding.component,
        fault=best.finding.fault,
        target=best.finding.target,
        confidence=confidence(best.score, second),
        summary=best.finding.summary,
    )


def _undecided(standing: Sequence[Scored]) -> str:
    """What may have been it where nothing can be named, the likeliest first."""
    open_ = [s for s in standing if s.score >= _NAMED - _OPEN]
    if not open_:
        return "there was an incident that none of the known faults explains on this evidence"
    told = "; or ".join(f"{s.finding.fault}: {s.finding.summary}" for s in open_[:_TOLD])
    return f"the evidence doesn't decide what it was. It may be {told}"


def confidence(best: float, second: float) -> float:
    """How likely the best is right: its lead over the second, in steps of 5 %, never certain."""
    lead = best - max(second, 0.0)
    strength = min(lead, best - 1.0)
    likely = 1.0 / (1.0 + math.exp(-_STEEPNESS * strength))
    return min(_SUREST, round(likely * 20) / 20)


def reasons(standing: Sequence[Scored], root: RootCause) -> tuple[Check, ...]:
    """All that was asked on behalf of the fault that was named."""
    return tuple(
        r.check for s in standing if s.finding.fault == root.fault for r in s.finding.reasons
    )


def skewed_pools(standing: Sequence[Scored]) -> frozenset[str]:
    """Pools whose shares nobody intended: the finding must stand by itself as well."""
    names = {"skewed-selection", "sticky-hotspot"}
    best = max((s.score for s in standing), default=0.0)
    return frozenset(
        s.finding.pool for s in standing
        if s.finding.fault in names and s.finding.pool and s.score >= _NAMED
        and s.score >= best - 1.0
    )  # fmt: skip


def without_incident(
    roles: frozenset[str],
    requests: int,
    doubts: Sequence[str] = (),
) -> tuple[Hypothesis, ...]:
    """Where nothing left its baseline there is nothing to be guilty of.

    Where there are doubts that all was calm, in words, nobody is ruled out.
    """
    present = {
        "balancer": "balancer" in roles,
        "application": bool({"application", "balancer"} & roles),
        "database": "database" in roles,
        "client": "balancer" in roles,
    }
    calm = _calm(requests, doubts)
    return tuple(
        _innocent(c, calm) if present[c] and requests else _unseen(c, present[c])
        for c in COMPONENTS
    )


def _calm(requests: int, doubts: Sequence[str]) -> Check:
    says = f"in {requests} requests no failures, refusals or times left their baseline"
    if doubts:
        says = f"{says} far or long enough for an incident; but {'; but '.join(doubts)}"
    return Check(
        "no incident", "neutral" if doubts else "against", says, family="coverage",
        query=shown("requests-per-minute"),
    )  # fmt: skip


def _unseen(component: Component, present: bool) -> Hypothesis:
    says = (
        "the evidence has no requests of the balancer to judge by" if present
        else "nothing in the evidence was written by it"
    )  # fmt: skip
    return Hypothesis(
        component, "no-evidence", 0.0, says, checks=(), would_decide=(_NEXT[component],)
    )


def _innocent(component: Component, calm: Check) -> Hypothesis:
    ruled_out = calm.outcome == "against"
    return Hypothesis(
        component=component,
        status="ruled-out" if ruled_out else "inconclusive",
        confidence=0.9 if ruled_out else 0.0,
        summary=calm.explanation,
        checks=(calm,),
        would_decide=()
        if ruled_out
        else ("all of the balancer's requests, and more time on both sides",),
    )


def hypotheses(
    standing: Sequence[Scored], root: RootCause | None, exonerations: Sequence[Exoneration]
) -> tuple[Hypothesis, ...]:
    """One hypothesis for each component, with every reason for and against it."""
    own = {e.component: e for e in exonerations}
    return tuple(_hypothesis(component, standing, root, own[component]) for component in COMPONENTS)


def _hypothesis(
    component: Component,
    standing: Sequence[Scored],
    root: RootCause | None,
    held: Exoneration,
) -> Hypothesis:
    mine = [s for s in standing if s.finding.component == component]
    status = _status(component, mine, root, held)
    reasons = [r for s in mine for r in _telling(s, root)]
    return Hypothesis(
        component=component,
        status=status,
        confidence=_confidence(status, mine, root, held),
        summary=_summary(component, status, mine, root, held),
        checks=(*(r.check for r in reasons), *held.checks),
        faults=tuple(
            FaultStanding(s.finding.fault, s.finding.target, round(s.score, 2), s.finding.summary)
            for s in mine
        ),
        would_decide=_would_decide(component, status, held),
    )


def _telling(scored: Scored, root: RootCause | None) -> tuple[Reason, ...]:
    """All reasons of the fault that was named; of the others, those that say something."""
    if root is not None and scored.finding.fault == root.fault:
        return scored.finding.reasons
    return tuple(r for r in scored.finding.reasons if r.check.outcome != "neutral")


def _status(
    component: Component,
    mine: Sequence[Scored],
    root: RootCause | None,
    held: Exoneration,
) -> Status:
    if root is not None and root.component == component:
        return "implicated"
    if not held.covered:
        return "no-evidence"
    suspected = any(s.score >= _NAMED - _OPEN and s.families >= _FAMILIES for s in mine)
    explained = root is None or root.component != "unknown"
    if held.enough and not suspected and explained:
        return "ruled-out"
    return "inconclusive"


def _confidence(
    status: Status, mine: Sequence[Scored], root: RootCause | None, held: Exoneration
) -> float:
    if status == "implicated" and root is not None:
        return root.confidence
    if status == "ruled-out":
        against = sum(check.outcome == "against" for check in held.checks)
        return min(0.95, 0.75 + 0.05 * against)
    best = max((s.score for s in mine), default=0.0)
    return 0.0 if status == "no-evidence" else round(min(0.5, max(0.0, best / 12)), 2)


def _summary(
    component: Component,
    status: Status,
    mine: Sequence[Scored],
    root: RootCause | None,
    held: Exoneration,
) -> str:
    if status == "implicated" and root is not None:
        return root.summary
    against = [c for c in held.checks if c.outcome == "against"]
    if status == "ruled-out":
        return "; ".join(c.explanation for c in against[:2]) or "nothing happened to it"
    if status == "no-evidence":
        return f"nothing in the evidence was written by or about the {component}"
    best = max(mine, key=lambda s: s.score, default=None)
    if best is not None and best.score > 0:
        return f"not excluded: {best.finding.summary}"
    return "nothing speaks for it, but what there is does not rule it out"


def _would_decide(component: Component, status: Status, held: Exoneration) -> tuple[str, ...]:
    if status not in {"inconclusive", "no-evidence"}:
        return ()
    return held.would_decide or (_NEXT[component],)


# Exoneration: each component for itself, whatever was named.


def exonerations(facts: Facts, judged: Judged | None = None) -> tuple[Exoneration, ...]:
    """Ask for each component whether its guilt would have shown, and whether it did.

    What was done to it, where that is judged, is told among its checks.
    """
    control = exoneration.negative_control(facts)
    spared = exoneration.latency_equal(facts, exoneration.spared_servers(facts))
    return (
        _with(judged, _balancer(facts)),
        _with(judged, _application(facts, control, judged)),
        _database(facts, control, spared),
        _client(facts, control),
    )


def _with(judged: Judged | None, held: Exoneration) -> Exoneration:
    told = judged.checks(held.component) if judged is not None else ()
    return replace(held, checks=(*held.checks, *told))


def _against(check: Check | None) -> bool:
    return check is not None and check.outcome == "against"


def _present(*checks: Check | None) -> tuple[Check, ...]:
    return tuple(check for check in checks if check is not None)


def _uncovered(facts: Facts, role: str) -> tuple[Check, ...]:
    """That a layer's log is silent over the window: its words can't clear it then."""
    silence = facts.silence(role)
    return () if silence is None else (silence.check,)


def _wanted(facts: Facts, role: str) -> tuple[str, ...]:
    silence = facts.silence(role)
    return () if silence is None else (silence.wanted,)


def _balancer(facts: Facts) -> Exoneration:
    """Nothing done to it, and it chose as it always did."""
    shares = exoneration.shares_as_before(facts)
    calm = exoneration.balancer_undisturbed(facts)
    return Exoneration(
        "balancer", _present(shares, calm), covered=True, enough=_against(shares) and _against(calm)
    )


def _application(facts: Facts, control: Check | None, judged: Judged | None) -> Exoneration:
    """The same release on spared servers is well, and nobody deployed or restarted anything.

    What was found innocent by name doesn't stand against it.
    """
    low, high = facts.window.earliest - 30.0, facts.window.latest + 5.0
    beside = [
        c for c in facts.changes if c.kind in {"deploy", "start", "stop"} and low <= c.ts <= high
    ]
    innocent = frozenset() if judged is None else judged.innocent
    moves = [c for c in beside if c.event_id not in innocent]
    says = f"{len(beside)} starts, stops or deploys around the onset" + (
        f": {moves[0].message}" if moves
        else f", found innocent: {beside[0].message}" if beside else ""
    )  # fmt: skip
    still = Check(
        "no deploy or restart", "neutral" if moves else "against", says, family="timing",
        evidence=tuple(c.event_id for c in moves[:3]), query=shown("releases"),
    )  # fmt: skip
    return Exoneration(
        "application",
        _present(control, still, *_uncovered(facts, "application")),
        covered=bool(facts.instances) or bool(facts.pools),
        enough=_against(control)
        and not moves
        and bool(facts.instances)
        and facts.silence("application") is None,
        would_decide=_wanted(facts, "application"),
    )


def _database(facts: Facts, control: Check | None, spared: Check | None) -> Exoneration:
    """No line accuses it, and servers or statements that share it are as they were."""
    direct = exoneration.no_direct_lines(facts)
    statements = exoneration.statements_as_before(facts)
    waited = exoneration.database_time_equal(facts)
    bounded = few_lines_for_much_harm(facts)
    alone = (
        control, bounded, exoneration.served_as_before(facts, waited), answered_at_once(facts),
        failures_of_its_own(facts), exoneration.refused_not_failed(facts),
        never_reached_a_server(facts),
    )  # fmt: skip
    others = [control, statements, waited, spared, *alone[1:]]
    # Waits that it tells of are among the lines that bound what it can have done.
    silent = _against(direct) or (_against(bounded) and exoneration.only_waits_told(facts))
    enough = silent and (any(map(_against, alone)) or (_against(statements) and _against(waited)))
    told = bool(facts.database.events) or waited is not None
    wants = [] if facts.database.timed else [_NEXT["database"]]
    return Exoneration(
        "database", _present(direct, *others, *_uncovered(facts, "database")), covered=told,
        enough=enough, would_decide=(*_wanted(facts, "database"), *wants),
    )  # fmt: skip


def _client(facts: Facts, control: Check | None) -> Exoneration:
    traffic = exoneration.traffic_as_before(facts)
    # A baseline in which a server is full already may be of the same rush.
    calm = not any(full_before(pool) for pool in facts.pools)
    enough = _against(traffic) and calm
    return Exoneration("client", _present(traffic, control), covered=True, enough=enough)
