"""What to tell first: the facts of the document that every showing leads with."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from logsleuth.renderers.wording import (
    ahead,
    clock,
    counted,
    day,
    lasting,
    moment,
    percent,
    seconds,
    utc,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from logsleuth.model import (
        Check,
        Counterfactual,
        Hypothesis,
        Incident,
        Investigation,
        Pool,
        ServerShare,
    )

UNJUDGED: Final = "No requests in the evidence: whether there was an incident can’t be judged"
_SIDE: Final = {"implicated": "for", "ruled-out": "against"}
_FEW_CLOCKS: Final = 3
_FEW_PATHS: Final = 4


@dataclass(frozen=True, slots=True)
class Command:
    """Something to type next, and what it shows."""

    line: str
    purpose: str
    later: bool = False
    """Whether it needs what another of the commands makes first."""
    minor: bool = False
    """Whether one screen can do without it."""


def headline(investigation: Investigation) -> str:
    """Say in one sentence what happened."""
    if investigation.incident is None:
        return "No incident found" if judged(investigation) else UNJUDGED
    cause = investigation.root_cause
    if cause is None or (cause.component == "unknown" and not cause.summary):
        return "There was an incident that the evidence doesn’t explain"
    return cause.summary


def judged(investigation: Investigation) -> bool:
    """Whether there are requests to judge by: without any, silence is no sign of health."""
    return any(bin_.requests for bin_ in investigation.series.traffic)


def state(investigation: Investigation) -> str:
    """Return `none`, `over` or `ongoing`, or `unjudged` where there is nothing to judge by."""
    if investigation.incident is None:
        return "none" if judged(investigation) else "unjudged"
    return "ongoing" if investigation.incident.ended is None else "over"


def until(incident: Incident) -> str:
    """Say when it ended and how long it lasted, or that it hasn't."""
    if incident.ended is None:
        return "not over when the evidence ends"
    same_day = day(incident.onset) == day(incident.ended)
    ended = clock(incident.ended) if same_day else moment(incident.ended)
    return f"{ended} UTC, after {lasted(incident)}"


def lasted(incident: Incident) -> str:
    """Say how long it lasted."""
    return "" if incident.ended is None else lasting(utc(incident.ended) - utc(incident.onset))


def onset_range(incident: Incident) -> str:
    """Say how exactly the onset is known."""
    if incident.onset_earliest == incident.onset_latest:
        return ""
    return f"between {clock(incident.onset_earliest)} and {clock(incident.onset_latest)}"


def only_day(investigation: Investigation) -> str:
    """Return the day of the timeline if it has only one: then it is said once."""
    days = {day(moment_.ts) for moment_ in investigation.timeline}
    return days.pop() if len(days) == 1 else ""


def day_of(investigation: Investigation) -> datetime | None:
    """Return the day that a time without a date is of, or nothing where there are several."""
    covered = span(investigation)
    if covered is not None and day(covered[0]) == day(covered[1]):
        return covered[0]
    return None


def span(investigation: Investigation) -> tuple[datetime, datetime] | None:
    """Return the first and last moment that any source speaks of."""
    sources = investigation.sources
    begins = [utc(source.since) for source in sources if source.since is not None]
    ends = [utc(source.until) for source in sources if source.until is not None]
    return (min(begins), max(ends)) if begins and ends else None


def examined(investigation: Investigation) -> str:
    """Say what was looked at."""
    sources = investigation.sources
    said = f"{counted(len(sources), 'file')}, {counted(investigation.total('lines'), 'line')}"
    covered = span(investigation)
    if covered is None:
        return f"{said}, none with a time"
    return f"{said}, {moment(covered[0])} to {moment(covered[1])} UTC"


def traffic(investigation: Investigation) -> str:
    """Say how many requests the balancer answered in all, and how many of them failed."""
    bins = investigation.series.traffic
    requests, failed = sum(bin_.requests for bin_ in bins), sum(bin_.failed for bin_ in bins)
    if not requests:
        return "no requests in the evidence"
    return f"{counted(requests, 'request')}, {percent(failed / requests)} failed"


def featured(investigation: Investigation) -> list[Pool]:
    """Return the guilty pool first, then the skewed ones; the rest is nothing to see."""
    cause = investigation.root_cause
    target = None if cause is None else cause.target

    def guilty(pool: Pool) -> bool:
        return target is not None and (pool.pool == target or target in servers_of(pool))

    shown = [pool for pool in investigation.pools if pool.skewed or guilty(pool)]
    return sorted(shown, key=lambda pool: not guilty(pool))


def servers_of(pool: Pool) -> list[str]:
    """Return the names of a pool's servers."""
    return [share.server for share in pool.servers]


def departure(share: ServerShare) -> float:
    """Return how far a server's share is from the intended one; 0 where that is unknown."""
    intended = share.expected_share
    return 0.0 if intended is None else share.observed_share - intended


def is_other(share: float | None, reference: float | None) -> bool:
    """Whether two shares differ by more than rounding shows."""
    return share is not None and reference is not None and abs(share - reference) >= 0.005


def most_departed(pool: Pool) -> list[ServerShare]:
    """Return a pool's servers, the one farthest above or below its share first."""
    return sorted(pool.servers, key=lambda share: -abs(departure(share)))


def pool_verdict(pool: Pool) -> str:
    """Say how far a pool is from what was intended for it, and by which reference."""
    moved = f"{percent(pool.effect)} of requests went to another server than intended"
    return f"{moved}, judged by {reference_word(pool)}"


def pool_line(pool: Pool) -> str:
    """Say the same so that it fits a line of a terminal."""
    words = {
        "configuration": "the configuration",
        "baseline": "its shares before",
        "peers": "equal shares",
    }
    return f"{percent(pool.effect)} of requests on the wrong server, by {words[pool.expected_from]}"


def pool_note(pool: Pool) -> str | None:
    """Say in a line what explains the shares: what was configured, or how servers were selected."""
    seen = pool.selection
    odd = seen is not None and (seen.changed or seen.as_configured is False)
    return _configured(pool) or (_selected(pool) if odd else None)


def pool_notes(pool: Pool) -> list[str]:
    """Say what explains a pool's shares: the algorithm in force, and the configuration's line."""
    return [
        note
        for note in (_selected(pool), _disagreeing(pool), _configured(pool))
        if note is not None
    ]


def _selected(pool: Pool) -> str | None:
    seen = pool.selection
    if seen is None or seen.during is None:
        return None
    told = f"requests show {algorithm_word(seen.during)}"
    if seen.changed and seen.before is not None:
        told += f", {algorithm_word(seen.before)} before"
    if pool.algorithm is None:
        return told
    fits = {True: ", as they show", False: ", which they don’t show", None: ""}
    return f"{told}; configured {pool.algorithm}{fits[seen.as_configured]}"


def algorithm_word(name: str) -> str:
    """Say an inferred algorithm in words."""
    words = {
        "client-affinity": "each client kept to its server",
        "uri-affinity": "each path kept to its server",
        "single": "one server chosen for all",
        "first": "the first server filled before the next",
        "least-conn": "the least busy server chosen",
        "round-robin": "servers taking turns",
        "random": "servers chosen as by chance",
    }
    return words.get(name, name)


def _disagreeing(pool: Pool) -> str | None:
    words = {
        "configuration": "the configuration",
        "baseline": "the shares before",
        "peers": "equal shares",
    }
    named = [words.get(name, name) for name in pool.disagrees]
    return f"departs from {', '.join(named)}" if named else None


def _configured(pool: Pool) -> str | None:
    line = pool.configuration_line
    return f"{line} asks for these shares, and not for those before" if line else None


def reference_word(pool: Pool | Counterfactual) -> str:
    """Say where the intended shares of a pool are from."""
    words = {
        "configuration": "the configuration",
        "baseline": "its shares before the incident",
        "peers": "equal shares",
    }
    return words[pool.expected_from]


def strongest(hypothesis: Hypothesis) -> Check | None:
    """Return the check that speaks loudest for the status that the hypothesis has."""
    side = _SIDE.get(hypothesis.status)
    checks = [check for check in hypothesis.checks if check.outcome == side]
    if hypothesis.status == "ruled-out":
        # What acquits the component as a whole, by an interval first, before what one fault lacks.
        whole = [check for check in checks if check.fault is None]
        return min(whole or checks, key=lambda check: check.margin is None, default=None)
    return min(checks, key=_weakness, default=None)


def _weakness(check: Check) -> tuple[float, float]:
    # A line that says so outright has no p-value and needs none.
    direct = check.p_value is None and check.family in {"direct", "configuration"}
    p_value = 1.0 if check.p_value is None else check.p_value
    return (0.0 if direct else p_value, -abs(check.effect or 0.0))


def reason(hypothesis: Hypothesis) -> str:
    """Say why a hypothesis stands as it does: its strongest check, or what would decide it."""
    if hypothesis.status == "inconclusive" and hypothesis.would_decide:
        return f"{hypothesis.summary} Would decide it: {hypothesis.would_decide[0]}".strip()
    return grounds(hypothesis)


def grounds(hypothesis: Hypothesis) -> str:
    """Return the sentence of the strongest check, or the summary where no check speaks for it."""
    check = strongest(hypothesis)
    return hypothesis.summary if check is None else check.explanation


def account(investigation: Investigation) -> str:
    """Say that every line is accounted for."""
    total = investigation.total
    parts = [
        counted(total("events"), "event"),
        *(f"{total(part):,} {part}" for part in ("continuation", "rejected", "blank")),
    ]
    return f"{counted(total('lines'), 'line')} = {' + '.join(parts)}"


def clocks(investigation: Investigation) -> list[str]:
    """Say which clocks were wrong and by how much, or that they agree, in one line or none."""
    told = investigation.clocks
    wrong = [f"{_name(each.path)} is {ahead(each)}" for each in told if each.corrected]
    if wrong:
        more = f", and {len(wrong) - _FEW_CLOCKS} more" if len(wrong) > _FEW_CLOCKS else ""
        return [", ".join(wrong[:_FEW_CLOCKS]) + more]
    bounded = [(e.low_s, e.high_s) for e in told if e.low_s is not None and e.high_s is not None]
    if not bounded:
        return []
    most = max(max(-low, high) for low, high in bounded)
    return [f"{counted(len(bounded), 'log')} within {seconds(most)} of the balancer's"]


def _name(path: str) -> str:
    return path.replace("!", "/").rsplit("/", 1)[-1]


def exhibit(investigation: Investigation) -> str | None:
    """Return the event to look at first: the best witness against the implicated component."""
    cause = investigation.root_cause
    for hypothesis in investigation.hypotheses:
        if hypothesis.status != "implicated":
            continue
        told = [check for check in hypothesis.checks if check.outcome == "for" and check.evidence]
        named = [check for check in told if cause is not None and check.fault == cause.fault]
        check = min(named or told, key=_weakness, default=None)
        if check is not None:
            return check.evidence[0]
    shown = [event for moment_ in investigation.timeline for event in moment_.evidence]
    return next(iter([*shown, *(event.event_id for event in investigation.cited)]), None)


def commands(investigation: Investigation) -> list[Command]:
    """Return what to type next."""
    event = exhibit(investigation)
    evidence = evidence_arguments([source.path for source in investigation.sources])
    show = (
        []
        if event is None
        else [
            Command(f"logsleuth show {shlex.quote(event)} {evidence}", "The line to look at first")
        ]
    )
    return [
        *show,
        Command(
            f"logsleuth investigate {evidence} --report report.html",
            "The whole story on one page, like this one",
        ),
        Command(
            f"logsleuth ingest {evidence} --case incident.duckdb",
            "A case that answers questions",
            minor=True,
        ),
        Command(
            "logsleuth query --case incident.duckdb",
            "The questions that come with it",
            later=True,
            minor=True,
        ),
        *_explanation(investigation),
    ]


def _explanation(investigation: Investigation) -> list[Command]:
    book = investigation.runbook
    if book is None:
        return []
    line = f"logsleuth explain {shlex.quote(book.fault)}"
    return [Command(line, "How to confirm, resolve and prevent it")]


def evidence_arguments(paths: Sequence[str]) -> str:
    """Return the evidence as it would be typed, or a placeholder where that is long."""
    files = list(dict.fromkeys(path.split("!", 1)[0] for path in paths))
    if not files or len(files) > _FEW_PATHS:
        return "EVIDENCE..."
    return " ".join(shlex.quote(path) for path in files)
