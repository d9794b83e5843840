"""Whether a layer's logs cover the window, or are silent where lines were to be expected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from logsleuth.analyses.database import SLACK_S
from logsleuth.analyses.shown import moment, shown
from logsleuth.analyses.statements import sql
from logsleuth.model import Check

if TYPE_CHECKING:
    from logsleuth.analyses.incident import Window
    from logsleuth.case.store import Case

# By its rate elsewhere so many lines were to be expected: by chance none comes once in 20,000.
_EXPECTED: Final = 10.0
# Lines come in bursts: a silence is unusual where it is so many times the longest other.
_TIMES: Final = 4.0
# This share of the window, for less may be how a log ends.
_SHARE: Final = 0.25


@dataclass(frozen=True, slots=True)
class Silence:
    """A stretch of the window in which a layer should have written and did not; in seconds."""

    role: str
    began: float
    ended: float
    expected: float

    @property
    def check(self) -> Check:
        """Why the layer's words say nothing of the window."""
        return Check(
            name="its log covers the window",
            outcome="neutral",
            family="coverage",
            explanation=(
                f"the {self.role}'s log is silent {self.span}, where about"
                f" {self.expected:.0f} lines were to be expected"
            ),
            effect=self.expected,
            query=shown("silent-gaps"),
        )

    @property
    def span(self) -> str:
        """When it was silent, in words."""
        return f"from {moment(self.began)} to {moment(self.ended)} UTC"

    @property
    def wanted(self) -> str:
        """What would have to be collected."""
        return f"the {self.role}'s log {self.span}: rotated away, or of another host?"


def find(case: Case, role: str, window: Window, since: float) -> Silence | None:
    """Return the silence of a layer over the window, if its own rate makes that improbable.

    A log that says little is not silent, for then nothing was to be expected; `since` is the begin
    of the evidence, in seconds.
    """
    asked = {"role": role, "since": since, "onset": window.onset, "stop": window.stop}
    lines, began, ended, missed, span, other = case.row(sql("silence"), asked)
    if not lines or missed is None:
        return None
    rate = lines / max(span - (ended - began), 1.0)
    long = missed >= max(SLACK_S, _SHARE * (window.stop - window.onset))
    if not long or rate * missed < _EXPECTED or ended - began < _TIMES * other:
        return None
    return Silence(role, began, ended, rate * missed)
