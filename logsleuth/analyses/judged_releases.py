"""Judges releases and restarts by each instance's requests before and after its own start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.analyses.exoneration import spared_servers
from logsleuth.analyses.passage import Passed
from logsleuth.analyses.rollout import Rollout, study
from logsleuth.analyses.scales import Judgement, passed_well, too_late

if TYPE_CHECKING:
    from logsleuth.analyses.actions import Action
    from logsleuth.analyses.rollout import Study
    from logsleuth.analyses.scales import Scales

_WANTED: Final = (
    "requests by instance and release: an instance that is held back on the one before, or more"
    " of the log before the onset"
)
# So far before the onset a release is still beside it.
_BESIDE_S: Final = 60.0
# Instances of the release that did it may be told to have started a little after the onset.
_ONSET_S: Final = 5.0
_CONTROL: Final = 8
_SPARED: Final = 40


def judge(action: Action, scales: Scales) -> Judgement:
    """Guilty is the release that was named; innocent what served well, or spared nobody."""
    if _named(action, scales):
        return Judgement("guilty", _told(action, scales))
    late = too_late(action, scales)
    if late is not None:
        return late
    held = study(scales.facts, Rollout(action.version, action.starts)) if action.starts else None
    return (
        _served_well(action, held, scales)
        or _as_quick(held)
        or _not_needed(held, scales)
        or _spared(action, scales)
        or Judgement("undecided", _open(action, held, scales), _WANTED)
    )


def _named(action: Action, scales: Scales) -> bool:
    # What fits the end of an incident was another release's cure, not its cause.
    if scales.root.fault != "bad-release":
        return False
    if action.starts and action.starts[0].ts > scales.facts.window.latest + _ONSET_S:
        return False
    return any(c.event_id in scales.cited for c in action.starts)


def _told(action: Action, scales: Scales) -> str:
    instances = len({c.target for c in action.starts if c.target})
    before, after = scales.usual, scales.hurt
    apart = scales.facts.window.onset - action.starts[0].ts
    beside = f"{apart:.1f} s before" if apart >= 0 else f"{-apart:.1f} s after"
    return (
        f"{instances} instances started on it, the first {beside} the onset; {after.rate:.1%} of"
        f" {after.requests} requests went badly from then on, {before.rate:.1%} of"
        f" {before.requests} before"
    )


def _served_well(action: Action, held: Study | None, scales: Scales) -> Judgement | None:
    """Requests on it before the onset, by the applications' lines or else by the balancer's."""
    window, guard = scales.facts.window, scales.guard_s(action)
    early = Passed(held.released_early, held.released_early_bad) if held else Passed(0, 0)
    if not (held and held.released_early + held.released_late):
        early = scales.passage.within(action.until + guard, window.earliest)
    if not passed_well(early, scales):
        return None
    return Judgement(
        "innocent",
        f"the {early.requests} requests on it before the onset went well: {early.bad} badly, in"
        f" truth at most {early.most:.1%}, beside {scales.hurt.rate:.1%} after the onset",
    )


def _as_quick(held: Study | None) -> Judgement | None:
    """What became slow was as quick as ever on it until the onset."""
    if held is None or not held.unslowed:
        return None
    return Judgement(
        "innocent",
        f"it began {held.early_s:.1f} s before the onset, and until then the route that became slow"
        " took as long on it as before it",
    )


def _not_needed(held: Study | None, scales: Scales) -> Judgement | None:
    """Instances that didn't have it yet fared as badly."""
    if held is None or held.unreleased_late < _CONTROL:
        return None
    without = Passed(held.unreleased_late, held.unreleased_late_bad)
    if without.least <= max(scales.usual.rate, 0.5 * max(held.rate, scales.hurt.rate)):
        return None
    return Judgement(
        "innocent",
        f"instances that did not have it yet fared as badly: {without.bad} of {without.requests}"
        f" requests, {held.rate:.0%} of those with it",
    )


def _spared(action: Action, scales: Scales) -> Judgement | None:
    """Instances that have it too are well throughout, so it takes something else to be hit."""
    facts = scales.facts
    mine = {facts.names.get(c.target, c.target) for c in action.starts}
    spared = [s for s in spared_servers(facts) if s in mine]
    if not spared or len(mine) < len(facts.names) or len(spared) == len(mine):
        return None
    flags = sum((facts.on(server) for server in spared), start=facts.during & False)
    bad = facts.badness.bad[flags & facts.during]
    passed = Passed(len(bad), int(bad.sum()))
    if passed.requests < _SPARED or not passed_well(passed, scales):
        return None
    return Judgement(
        "innocent",
        f"{', '.join(spared[:4])} started on it as well, and {passed.requests - passed.bad} of"
        f" their {passed.requests} requests in the window went well",
    )


def _open(action: Action, held: Study | None, scales: Scales) -> str:
    apart = scales.facts.window.onset - action.ts
    early = held.released_early if held else 0
    bad = held.released_early_bad if held else 0
    beside = f"{apart:.1f} s before the onset" if apart >= 0 else f"{-apart:.1f} s after the onset"
    return f"it began {beside}, with {early} requests on it until then, of which {bad} went badly"
