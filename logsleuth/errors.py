"""Everything logsleuth raises, each with the exit status that the contract gives it.

LogsleuthError
├── UsageError         2  the arguments are unusable
├── EvidenceError      3  nothing in the evidence could be read as a log
├── CaseError          2  the case file is missing, locked or not ours
├── QueryError         2  a query that can't be run
├── FormatError        2  a format file that can't be used
└── SettingError       2  a setting that can't be used
"""

from __future__ import annotations


class LogsleuthError(Exception):
    """What went wrong and where, with a hint that says what to type next."""

    exit_status = 2

    def __init__(self, message: str, *, hint: str = "") -> None:
        """Keep the message for the person and the hint for their next step."""
        super().__init__(message)
        self.hint = hint


class UsageError(LogsleuthError):
    """The arguments are unusable."""


class EvidenceError(LogsleuthError):
    """No line of the evidence could be read as a log."""

    exit_status = 3


class CaseError(LogsleuthError):
    """The case file is missing, locked by another process, or not a case."""


class QueryError(LogsleuthError):
    """A query that doesn't exist, lacks a parameter, or that DuckDB refuses."""


class FormatError(LogsleuthError):
    """A format file that can't be used: names the file, the key and the reason."""


class SettingError(LogsleuthError):
    """A setting that can't be used: names the file and the line, or the variable."""
