"""The SQL of fields that Arrow has read already: times, numbers, and request ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.case.column import Read, known

if TYPE_CHECKING:
    from collections.abc import Mapping

# What is left to do with a number: its unit.
_SCALES: Final[Mapping[str, str]] = {
    "milliseconds": " / 1000", "microseconds": " / 1000000", "nanoseconds": " / 1000000000",
}  # fmt: skip


def read_value(kind: str, column: str, value: str) -> Read:
    """Return the SQL for a field that comes as a value, or as a request id beside its UUID."""
    if kind == "request-id":
        return Read({"request_uuid": f"{value}_uuid", "request_text": known(value)})
    least, most = ("100", "999") if kind == "status" else ("0", "")
    if kind in {"time", "statuses", "seconds-list"}:
        return Read({column: value})
    within = f"between {least} and {most}" if most else f">= {least}"
    return Read({column: f"case when {value} {within} then {value}{_SCALES.get(kind, '')} end"})
