"""How logs write the time: each layout with the shape of its text and whether it says its zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_ISO: Final = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?"
# MariaDB puts a space in front of an hour of one digit.
_PADDED: Final = r"\d{4}-\d\d-\d\d  \d:\d\d:\d\d"
_MONTH: Final = r"[A-Z][a-z]{2}"
_CLOCK: Final = r"\d\d:\d\d:\d\d"

# Abbreviations that servers write, in minutes east of UTC. They name an offset, not a region: EST
# is -5 h in July too (PostgreSQL's documentation, "Date/Time Configuration Files").
ABBREVIATIONS: Final = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 60, "BST": 60, "IST": 330, "CET": 60,
    "CEST": 120, "MET": 60, "MEST": 120, "EET": 120, "EEST": 180, "MSK": 180, "EST": -300,
    "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420,
    "AKST": -540, "AKDT": -480, "HST": -600, "JST": 540, "KST": 540, "SGT": 480, "HKT": 480,
    "AWST": 480, "AST": -240, "ADT": -180, "NST": -210, "BRST": -120, "CLT": -240, "WAT": 60,
    "CAT": 120, "SAST": 120, "EAT": 180, "IDT": 180, "TRT": 180, "GST": 240, "PKT": 300,
    "ICT": 420, "WIB": 420, "PHT": 480, "ACST": 570, "AEST": 600, "AEDT": 660, "NZST": 720,
    "NZDT": 780, "BRT": -180, "ART": -180,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TimeLayout:
    """One way of writing a time; `stated` says whether the text fixes the instant by itself."""

    name: str
    shape: str
    stated: bool
    step_s: float
    """The smallest step that the layout can write, in seconds."""

    def fits(self, text: str) -> bool:
        """Whether a text is written so."""
        return re.fullmatch(self.shape, text) is not None


LAYOUTS: Final = (
    TimeLayout("iso-utc", rf"{_ISO}Z", True, 0.001),
    TimeLayout("iso-offset", rf"{_ISO} ?[+-]\d\d(?::?\d\d)?", True, 0.001),
    TimeLayout("iso-zone", rf"{_ISO} (?:{'|'.join(ABBREVIATIONS)})", True, 0.001),
    TimeLayout("iso-local", rf"{_ISO}|{_PADDED}", False, 0.001),
    TimeLayout("iso-odd-zone", rf"{_ISO} [A-Z]{{2,5}}", False, 0.001),
    TimeLayout("weekday", rf"[A-Z][a-z]{{2}} {_ISO} (?:{'|'.join(ABBREVIATIONS)})", True, 0.001),
    TimeLayout("clf", rf"\d\d/{_MONTH}/\d{{4}}:{_CLOCK} [+-]\d{{4}}", True, 1.0),
    TimeLayout("clf-brackets", rf"\[\d\d/{_MONTH}/\d{{4}}:{_CLOCK} [+-]\d{{4}}\]", True, 1.0),
    TimeLayout(
        "clf-fraction", rf"\d\d/{_MONTH}/\d{{4}}:{_CLOCK}[.,]\d{{1,6}} [+-]\d{{4}}", True, 0.001
    ),
    TimeLayout("clf-local", rf"\d\d/{_MONTH}/\d{{4}}[: ]{_CLOCK}(?:\.\d{{1,6}})?", False, 0.001),
    TimeLayout("slashes", rf"\d{{4}}/\d\d/\d\d {_CLOCK}(?:\.\d{{1,6}})?", False, 1.0),
    TimeLayout("slashes-short", rf"\d\d/\d\d/\d\d {_CLOCK}(?:[.,]\d{{1,6}})?", False, 1.0),
    TimeLayout("tomcat", rf"\d\d-{_MONTH}-\d{{4}} {_CLOCK}(?:\.\d{{1,6}})?", False, 0.001),
    TimeLayout("us", r"\d\d?/\d\d?/\d\d(?:\d\d)?,? \d?\d:\d\d:\d\d(?: [AP]M)?", False, 1.0),
    TimeLayout(
        "mail", rf"[A-Z][a-z]{{2}}, \d\d {_MONTH} \d{{4}} {_CLOCK} (?:GMT|UTC|\+0000)", True, 1.0
    ),
    TimeLayout("epoch", r"-?\d{10}(?:\.\d{1,9}|\d{3}|\d{6}|\d{9})?", True, 0.001),
    TimeLayout("short-date", r"\d{6} [ \d]\d:\d\d:\d\d(?:\.\d+)?", False, 1.0),
    TimeLayout("syslog", rf"{_MONTH} [ \d]?\d {_CLOCK}(?:\.\d{{1,6}})?", False, 1.0),
    TimeLayout("day-month", rf"\d\d {_MONTH} {_CLOCK}(?:\.\d{{1,6}})?", False, 0.001),
    TimeLayout("day-month-year", rf"\d\d {_MONTH} \d{{4}} {_CLOCK}(?:\.\d{{1,6}})?", False, 0.001),
    TimeLayout("compact-date", rf"\d{{8}} {_CLOCK}", False, 1.0),
    TimeLayout("glog", r"\d{4} \d\d:\d\d:\d\d\.\d{6}", False, 0.000001),
    # OpenTelemetry's Java agent parts milliseconds with a colon.
    TimeLayout(
        "iso-colon-offset",
        rf"\d{{4}}-\d\d-\d\d[T ]{_CLOCK}:\d{{3}}(?: ?[+-]\d\d:?\d\d|Z)",
        True,
        0.001,
    ),
    TimeLayout("colon", rf"\d{{4}}-\d\d-\d\d[T ]{_CLOCK}:\d{{3}}", False, 0.001),
    TimeLayout("logcat", rf"\d\d-\d\d {_CLOCK}\.\d{{3}}", False, 0.001),
    TimeLayout("compact", r"\d{6} \d{6}", False, 1.0),
    TimeLayout("basic", r"\d{8}[T _-]\d{6}(?:[.,]\d{1,6})?", False, 0.001),
    TimeLayout(
        "basic-clock",
        r"\d{8}[T _-]\d{1,2}:\d{1,2}:\d{1,2}(?:[.,]\d{1,6}|:\d{1,3})?",
        False,
        0.001,
    ),
    TimeLayout("jul", rf"{_MONTH} \d{{1,2}}, \d{{4}} \d{{1,2}}:\d\d:\d\d [AP]M", False, 1.0),
    TimeLayout("erlang", rf"\d{{1,2}}-{_MONTH}-\d{{4}}::{_CLOCK}(?:\.\d{{1,6}})?", False, 0.001),
    TimeLayout("dots", rf"\d\d\.\d\d\.\d{{4}},? {_CLOCK}(?:[.,]\d{{1,6}})?", False, 0.001),
    TimeLayout("gin", rf"\d{{4}}/\d\d/\d\d - {_CLOCK}", False, 1.0),
    TimeLayout(
        "php-utc", rf"\d\d-{_MONTH}-\d{{4}} {_CLOCK}(?:\.\d{{1,6}})? (?:UTC|GMT|Z)", True, 1.0
    ),
    # The zone has a name, whose offset isn't known here; that of the other logs will tell it.
    TimeLayout(
        "php-zone", rf"\d\d-{_MONTH}-\d{{4}} {_CLOCK}(?:\.\d{{1,6}})? [A-Z][\w+/-]+", False, 1.0
    ),
    TimeLayout(
        "apache-error",
        rf"[A-Z][a-z]{{2}} {_MONTH} [ \d]\d {_CLOCK}(?:\.\d{{1,6}})? \d{{4}}",
        False,
        0.000001,
    ),
)
BY_NAME: Final = {layout.name: layout for layout in LAYOUTS}


def recognise(texts: Iterable[str]) -> TimeLayout | None:
    """Return the layout that most of the sampled texts are written in, None if none fits any."""
    found = recognise_all(texts)
    return found[0] if found else None


def recognise_all(texts: Iterable[str]) -> tuple[TimeLayout, ...]:
    """Return the layouts of sampled texts, the most frequent first, one of each kind.

    What is read alike, as all of ISO 8601, is one kind.
    """
    counts: dict[str, int] = {}
    for text in texts:
        name = next((layout.name for layout in LAYOUTS if layout.fits(text)), None)
        if name is not None:
            counts[name] = counts.get(name, 0) + 1
    order = list(BY_NAME)
    kinds: dict[str, str] = {}
    for name in sorted(counts, key=lambda name: (-counts[name], order.index(name))):
        kinds.setdefault(name.partition("-")[0] if name.startswith("iso") else name, name)
    return tuple(BY_NAME[name] for name in kinds.values())
