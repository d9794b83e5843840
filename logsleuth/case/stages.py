"""SQL in stages: what several expressions need has a name, and is computed once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class Stages:
    """Named expressions, each on a level above the names that it uses.

    DuckDB finds common parts of expressions, but not below CASE and AND, which may not need them.
    """

    def __init__(self) -> None:
        """Begin without a name."""
        self._levels: list[dict[str, str]] = []

    def __len__(self) -> int:
        """How many levels there are: the next one may use every name."""
        return len(self._levels)

    def put(self, level: int, name: str, sql: str) -> str:
        """Give an expression a name on a level, and return the name."""
        while len(self._levels) <= level:
            self._levels.append({})
        self._levels[level][name] = sql
        return name

    def put_all(self, level: int, shared: Sequence[tuple[str, str]]) -> None:
        """Give names to expressions of which each may use those before it."""
        for above, (name, sql) in enumerate(shared):
            self.put(level + above, name, sql)

    def compile(self, source: str) -> tuple[str, str]:
        """Return common table expressions over `source`, and the name of the last."""
        ctes = []
        for index, level in enumerate(self._levels):
            listed = ", ".join(f"{sql} as {name}" for name, sql in level.items())
            ctes.append(f"stage{index} as (select *, {listed} from {source}),\n")  # noqa: S608
            source = f"stage{index}"
        return "".join(ctes), source
