"""Queries that a page shows more than once: in full where they come first, then by a reference."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Place:
    """Where on the page a query stands, and whether it does so here for the first time."""

    anchor: str
    first: bool


@dataclass(slots=True)
class Queries:
    """The queries of one page, in the order in which its sections ask for them."""

    _seen: dict[str, str] = field(default_factory=dict)

    def place(self, query: str) -> Place:
        """Return where a query is to be shown or was shown."""
        first = query not in self._seen
        anchor = self._seen.setdefault(query, f"sql-{len(self._seen) + 1}")
        return Place(anchor, first)
