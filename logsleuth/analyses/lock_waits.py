"""Whether slow statements waited for locks, by what their own processes told meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from logsleuth.analyses.database import SLACK_S
from logsleuth.analyses.statements import sql

if TYPE_CHECKING:
    from logsleuth.analyses.facts import Facts

# A wait is logged after deadlock_timeout, a second by default (PostgreSQL's manual, 20.12).
_LOGGED_S: Final = 1.5
_FEW: Final = 10
# Who queues behind a waiting process has a line as well; a few slow ones may have waited.
_SOME: Final = 0.2


@dataclass(frozen=True, slots=True)
class Waited:
    """Slow statements of the window, and how many of them a line says that they waited."""

    slow: int
    waited: int
    told: int
    """Lines of waits in the whole evidence: without any, nobody knows whether they are logged."""

    @property
    def surely_not(self) -> bool:
        """Whether waits are logged, and next to none of the slow statements has such a line."""
        return bool(self.told) and self.slow >= _FEW and self.waited < _SOME * self.slow


def waited(facts: Facts) -> Waited:
    """Count the slow statements that had to wait for a lock."""
    period = {
        "onset": facts.window.onset, "stop": facts.window.stop, "slack": SLACK_S,
        "least": _LOGGED_S,
    }  # fmt: skip
    return Waited(*facts.case.row(sql("waited_statements"), period))
