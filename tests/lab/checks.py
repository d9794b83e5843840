"""Whether a recording shows what its label says."""

from __future__ import annotations

from typing import cast


def _figures(truth: dict[str, object], part: str) -> tuple[float, float]:
    """Failure rate and 95th percentile of a part of the span."""
    observed = cast(dict[str, dict[str, float] | None], truth["observed"])[part]
    return (observed["failure_rate"], observed["p95_s"]) if observed else (0.0, 0.0)


def problems(truth: dict[str, object], restless: bool = False) -> list[str]:
    """What is wrong with a recording, or nothing."""
    before, during = _figures(truth, "before"), _figures(truth, "during")
    worse = during[0] - before[0] > 0.03 or during[1] > 1.5 * before[1]
    found = []
    if before[0] > 0.02:
        found.append(f"{before[0]:.1%} failed before anything happened")
    if restless:
        found.append("trouble outside of the incident: the machine was too busy")
    if truth["incident"] and (truth["onset_visible"] is None or not worse):
        found.append("nobody noticed the fault")
    if not truth["incident"] and worse:
        found.append("a control with trouble")
    return found
