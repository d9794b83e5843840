"""Judges reloads and drained servers by what moved with them, and how requests fared then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.analyses.scales import SLACK_S, Judgement, passed_well, too_late

if TYPE_CHECKING:
    from logsleuth.analyses.actions import Action
    from logsleuth.analyses.passage import Passed
    from logsleuth.analyses.pools import PoolFacts
    from logsleuth.analyses.scales import Scales

_CONFIGURED: Final = frozenset(
    {"skewed-selection", "sticky-hotspot", "misrouted", "timeout-misconfigured", "capacity-limit",
     "server-ejected"}
)  # fmt: skip
# What bites only under load, or when checks have failed often enough, may be configured earlier.
_LATE: Final = frozenset({"capacity-limit", "timeout-misconfigured", "server-ejected"})
_LATE_S: Final = 60.0
_NEAR_S: Final = 10.0
# So many bad requests would have been seen: none by chance is e^-3, one in twenty.
_SHOWS: Final = 3.0
_SIDE_S: Final = 60.0
_MOVED: Final = 0.05
_SURE: Final = 0.001
_WANTED: Final = "the balancer's configuration before and after it"
_KEYS: Final = frozenset({"client-affinity", "uri-affinity"})
_CONFIDENT: Final = 0.6


def judge(action: Action, scales: Scales) -> Judgement:
    """Guilty is the one at the onset of a fault that is configured, if it changed what is wrong."""
    late = too_late(action, scales)
    if late is not None:
        return late
    if action.kind == "drained":
        return _drained(action, scales)
    if _suspect(action, scales):
        return _suspected(action, scales)
    return _passed(action, scales) or _elsewhere(scales) or _open(action, scales)


def _nearest(scales: Scales) -> Action | None:
    """The last reload that was not after the onset, or else the first one just after it."""
    window = scales.facts.window
    mine = [a for a in scales.actions if a.kind == "reload"]
    before = [a for a in mine if a.ts <= window.onset]
    after = [a for a in mine if window.onset < a.ts <= window.latest + 2 * SLACK_S]
    return before[-1] if before else after[0] if after else None


def _suspect(action: Action, scales: Scales) -> bool:
    fault = scales.root.fault
    if fault not in _CONFIGURED or action is not _nearest(scales):
        return False
    drained = any(_out(a, scales) for a in scales.actions if a.kind == "drained")
    lead = _LATE_S if fault in _LATE else _NEAR_S
    near = action.ts >= scales.facts.window.earliest - lead
    return not (fault == "server-ejected" and drained) and (near or bool(_shifted(action, scales)))


def _suspected(action: Action, scales: Scales) -> Judgement:
    """Guilty, unless it changed nothing of what is wrong or came well before that."""
    fault, shifted = scales.root.fault, _shifted(action, scales)
    if fault == "sticky-hotspot" and _kept(scales):
        return Judgement("innocent", "clients kept to their servers before it as they did after it")
    if shifted or (fault != "skewed-selection" and _at_once(action, scales)):
        moved = f"; with it {shifted}" if shifted else ""
        return Judgement("guilty", f"{_beside(action, scales)}{moved}; {_fared(scales)}")
    if fault not in _LATE:
        return _passed(action, scales) or _open(action, scales)
    passed = _since(action, scales)
    return Judgement(
        "undecided",
        f"{_beside(action, scales)}; {passed.requests - passed.bad} of {passed.requests} requests"
        " went well in between, but what it may have set bites only later",
        _WANTED,
    )


def _at_once(action: Action, scales: Scales) -> bool:
    """Whether it came at the onset, as far as that is known: no harm would have shown between."""
    window = scales.facts.window
    if action.ts >= min(window.earliest, window.onset - SLACK_S) - SLACK_S:
        return True
    shown = _since(action, scales).requests * scales.hurt.rate
    return _apart(action, scales) <= _NEAR_S and shown < _SHOWS


def _apart(action: Action, scales: Scales) -> float:
    return abs(scales.facts.window.onset - action.ts)


def _beside(action: Action, scales: Scales) -> str:
    apart = scales.facts.window.onset - action.ts
    side = "before" if apart >= 0 else "after"
    return f"the balancer was reconfigured {abs(apart):.1f} s {side} the first bad request"


def _fared(scales: Scales) -> str:
    return (
        f"{scales.hurt.rate:.1%} of {scales.hurt.requests} requests went badly from then on,"
        f" {scales.usual.rate:.1%} before"
    )


def _since(action: Action, scales: Scales) -> Passed:
    return scales.passage.within(action.until + SLACK_S, scales.facts.window.earliest)


def _shifted(action: Action, scales: Scales) -> str:
    """Which pool's shares moved with it, in words; empty if none did."""
    for pool in scales.facts.pools:
        moved = _moved(pool, action, scales)
        if moved:
            return f"{moved:.0%} of the requests of pool {pool.pool} moved to other servers"
    return ""


def _moved(pool: PoolFacts, action: Action, scales: Scales) -> float:
    """The part of a pool's requests that moved with it; 0 where that can be chance."""
    mask = scales.facts.of_pool(pool)
    at = action.ts
    moved, p_value = scales.passage.moved(mask, at, at - _SIDE_S, at + _SIDE_S)
    when = pool.changed_at
    with_it = when is not None and abs(when - at) <= 3 * SLACK_S
    return moved if with_it and moved >= _MOVED and p_value < _SURE else 0.0


def _kept(scales: Scales) -> bool:
    chosen = scales.facts.selections.values()
    return any(s.before.algorithm in _KEYS and s.during.algorithm in _KEYS for s in chosen)


def _passed(action: Action, scales: Scales) -> Judgement | None:
    passed = _since(action, scales)
    if not passed_well(passed, scales) or _shifted(action, scales):
        return None
    return Judgement(
        "innocent",
        f"the {passed.requests} requests between it and the onset went well ({passed.bad} badly,"
        f" in truth at most {passed.most:.1%}), by the same servers in the same shares",
    )


def _elsewhere(scales: Scales) -> Judgement | None:
    """The fault is another component's, and nothing that a balancer does has changed."""
    facts, root = scales.facts, scales.root
    if root.component in {"balancer", "unknown"} or root.confidence < _CONFIDENT:
        return None
    moved = max((p.moved or 0.0 for p in facts.pools), default=1.0)
    said = facts.said("balancer-limit", "no-live-upstreams", "upstream-timeout", role="balancer")
    turned = int((facts.during & facts.traffic.turned_away).sum())
    gave_up = int((facts.during & ((facts.traffic.status == 504) | facts.traffic.aborted)).sum())
    if said or turned or gave_up or moved >= _MOVED or any(p.gone() for p in facts.pools):
        return None
    return Judgement(
        "innocent",
        f"the fault is the {root.component}'s ({root.fault}), and this changed nothing: at most"
        f" {moved:.1%} of a pool's requests moved, none was turned away or given up",
    )


def _open(action: Action, scales: Scales) -> Judgement:
    passed = _since(action, scales)
    return Judgement(
        "undecided",
        f"{_beside(action, scales)}, with {passed.requests} requests in between, of which"
        f" {passed.bad} went badly: too few to tell",
        _WANTED,
    )


# Drained servers.


def _out(action: Action, scales: Scales) -> bool:
    gone = {s.server for p in scales.facts.pools for s in scales.facts.missing(p)}
    return any(c.target in gone for c in action.changes)


def _drained(action: Action, scales: Scales) -> Judgement:
    passed = _since(action, scales)
    if scales.root.fault == "server-ejected" and _out(action, scales):
        return Judgement(
            "guilty",
            f"{action.changes[0].target} was taken out {_apart(action, scales):.1f} s from the"
            f" onset and got nothing; {_fared(scales)}",
        )
    if passed_well(passed, scales):
        return Judgement(
            "innocent",
            f"the {passed.requests} requests between it and the onset went well without that"
            f" server ({passed.bad} badly, in truth at most {passed.most:.1%})",
        )
    return Judgement(
        "undecided",
        f"it came {_apart(action, scales):.1f} s from the onset, with {passed.requests} requests"
        " in between: too few to tell",
        "how the others fare when the server is back",
    )
