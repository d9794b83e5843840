"""What people noted themselves: told apart from what the evidence tells, in every showing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.renderers.wording import moment, utc

if TYPE_CHECKING:
    from logsleuth.model import Investigation, Moment

PEOPLE: Final = "people"
"""The component of moments that people noted."""
MARK: Final = "noted by people"
_LONGEST: Final = 160


def notes(investigation: Investigation) -> list[Moment]:
    """Return what people noted, in order of time."""
    return [one for one in investigation.timeline if one.component == PEOPLE]


def nearest(investigation: Investigation, most: int) -> list[Moment]:
    """Return so many notes, those nearest to the onset, in order of time."""
    found, incident = notes(investigation), investigation.incident
    if incident is not None:
        onset = utc(incident.onset)
        found.sort(key=lambda note: abs(utc(note.ts) - onset))
    return sorted(found[:most], key=lambda note: utc(note.ts))


def briefly(note: Moment) -> str:
    """Say a note in a line or two: when, whose, and how it begins."""
    title = note.title if len(note.title) <= _LONGEST else f"{note.title[: _LONGEST - 1]}…"
    return f"{moment(note.ts)} UTC, {MARK}: {title}"
