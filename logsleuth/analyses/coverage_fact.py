"""One fact about the evidence: what it covers, what it lacks, and what that means."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """A row of the account; `warns` where a reader should know it before trusting the verdict."""

    layer: str
    subject: str
    fact: str
    value: object
    means: str = ""
    warns: bool = False
