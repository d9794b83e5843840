"""Incidents too slight to be seen by themselves, for which a cause stands that others attest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth import verdict
from logsleuth.analyses.facts import examine
from logsleuth.faults import FAULTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logsleuth.analyses.doubt import Doubt
    from logsleuth.analyses.facts import Calm, Facts
    from logsleuth.analyses.findings import Finding
    from logsleuth.analyses.incident import Window
    from logsleuth.case.store import Case
    from logsleuth.verdict import Scored

# A shorter spell may coincide with anything: of 128 recordings without an incident nine stir at
# half an incident's floors, and the five of them for which a cause stands last 3.1 s at most.
_LASTS_S: Final = 5.0
# What is still there at the last line may last longer than the evidence.
_STILL_S: Final = 2.5
# What is named with less is as much as open.
_SURE: Final = 0.8
# With so much for one fault by itself there was something, though another comes near.
_SURE_ALONE: Final = 0.9
_OVERLAP: Final = 0.5


def attested(case: Case, calm: Calm, doubted: Sequence[Doubt]) -> Facts | None:
    """Take what is doubted for an incident where enough speaks for a cause.

    Little that went badly is weak evidence, and so are a few lines of another log; where they begin
    together and all faults have been held against both, they are strong. None if no doubt is.
    """
    looked_at: list[Window] = []
    for doubt in doubted:
        window = doubt.window
        if window is None or doubt.badness is None or not _lasts(window):
            continue
        if any(_alike(window, other) for other in looked_at):
            continue
        looked_at.append(window)
        facts = examine(case, calm.traffic, doubt.badness, window)
        standing = verdict.ranked([found for fault in FAULTS for found in fault.examine(facts)])
        if _is_sure(standing) and _has_witness(standing[0].finding):
            return facts
    return None


def _lasts(window: Window) -> bool:
    return window.bad_seconds >= (_STILL_S if window.ended is None else _LASTS_S)


def _is_sure(standing: Sequence[Scored]) -> bool:
    """Whether there was an incident: which of two it was may be open."""
    named = verdict.root_cause(standing).confidence
    alone = verdict.confidence(standing[0].score, 0.0) if standing and named else 0.0
    return named >= _SURE or alone >= _SURE_ALONE


def _alike(one: Window, other: Window) -> bool:
    """Whether two doubts are of one stretch: the faults would say the same of both."""
    shared = min(one.stop, other.stop) - max(one.onset, other.onset)
    whole = max(one.stop, other.stop) - min(one.onset, other.onset)
    return one.measure == other.measure and shared >= _OVERLAP * whole


def _has_witness(finding: Finding) -> bool:
    """Whether more speaks for it than the times of requests: somebody's words, or their number."""
    said = any(r.weight > 0 and r.check.family == "direct" for r in finding.reasons)
    return said or finding.component == "client"
