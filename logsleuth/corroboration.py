"""Incidents too slight to be seen by themselves, for which a cause stands that others attest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth import verdict
from logsleuth.analyses.facts import examine
from logsleuth.faults import FAULTS

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Calm, Facts
    from logsleuth.case.store import Case

# A shorter spell may coincide with anything: of 128 recordings without an incident nine stir at
# half an incident's floors, and the five of them for which a cause stands last 3.1 s at most.
_LASTS_S: Final = 5.0
# What is named with less is as much as open.
_SURE: Final = 0.8


def attested(case: Case, calm: Calm) -> Facts | None:
    """Take what stirs for an incident where its cause is named with confidence; None where not.

    Little that went badly is weak evidence, and so is one line of another log; where they begin
    together and all faults have been held against both, they are strong.
    """
    stirred = calm.unrest
    if stirred is None or stirred.window is None or stirred.badness is None:
        return None
    if stirred.window.bad_seconds < _LASTS_S:
        return None
    facts = examine(case, calm.traffic, stirred.badness, stirred.window)
    found = [finding for fault in FAULTS for finding in fault.examine(facts)]
    root = verdict.root_cause(verdict.ranked(found))
    return facts if root.confidence >= _SURE else None
