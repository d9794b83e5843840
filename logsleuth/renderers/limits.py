"""What a page leaves out where there is too much of it, and how that is said."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

from logsleuth.model import Series
from logsleuth.renderers.wording import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logsleuth.model import CitedEvent, Hypothesis, Investigation, Pool

HARD_BYTES: Final = 2_500_000
"""No page is larger."""
SCALES: Final = (1.0, 0.5, 0.2, 0.08, 0.03)
"""What to try, one after the other, until the page isn't."""

_MOST: Final = {
    "sources": (400, "files"),
    "pools": (40, "pools"),
    "timeline": (250, "moments"),
    "changes": (150, "changes"),
    "messages": (80, "messages"),
    "attribution": (120, "values that hold harm"),
    "warnings": (200, "warnings"),
    "waterfalls": (12, "waterfalls"),
}
_CITED: Final = 400
_SERVERS: Final = 120
_CHECKS: Final = 60
_EVENTS: Final = 40
_LETTERS: Final = 6000
_CONTEXT: Final = 240
_LEAST_LETTERS: Final = 300


def fitted(whole: Investigation, scale: float = 1.0) -> tuple[Investigation, tuple[str, ...]]:
    """Return as much of an investigation as a page shows, and what it leaves out, in words."""
    left: list[str] = []
    kept: dict[str, Any] = {}
    for name, (most, noun) in _MOST.items():
        kept[name] = _first(getattr(whole, name), _at(most, scale), noun, left)
    kept["cited"] = tuple(_around(event) for event in _cited(whole, _at(_CITED, scale), left))
    kept["hypotheses"] = tuple(_hypothesis(one, scale) for one in whole.hypotheses)
    kept["pools"] = tuple(_pool(pool, _at(_SERVERS, scale)) for pool in kept["pools"])
    checks = sum(len(one.checks) for one in whole.hypotheses)
    shown = sum(len(one.checks) for one in kept["hypotheses"])
    left += [f"{count(checks - shown)} of {count(checks)} checks"] if shown < checks else []
    most = max(int(_LETTERS * scale), _LEAST_LETTERS)
    found: Investigation = _shortened(dataclasses.replace(whole, **kept), most)
    return found, tuple(left)


def _at(most: int, scale: float) -> int:
    return max(int(most * scale), 1)


def _first(values: tuple[Any, ...], most: int, noun: str, left: list[str]) -> tuple[Any, ...]:
    if len(values) > most:
        left.append(f"{count(len(values) - most)} of {count(len(values))} {noun}")
    return values[:most]


def _cited(whole: Investigation, most: int, left: list[str]) -> tuple[CitedEvent, ...]:
    """Keep the lines that the verdict rests on most, in the order that they have."""
    if len(whole.cited) <= most:
        return whole.cited
    named = {event: place for place, event in reversed(list(enumerate(_named(whole))))}
    ranked = sorted(whole.cited, key=lambda event: named.get(event.event_id, len(named)))
    chosen = {event.event_id for event in ranked[:most]}
    left.append(f"{count(len(whole.cited) - most)} of {count(len(whole.cited))} cited lines")
    return tuple(event for event in whole.cited if event.event_id in chosen)


def _named(whole: Investigation) -> Iterator[str]:
    for one in sorted(whole.hypotheses, key=lambda one: one.status != "implicated"):
        for check in one.checks:
            yield from check.evidence
    for moment in whole.timeline:
        yield from moment.evidence


def _around(event: CitedEvent) -> CitedEvent:
    def near(lines: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_cut(line, _CONTEXT) for line in lines)

    return dataclasses.replace(event, before=near(event.before), after=near(event.after))


def _hypothesis(one: Hypothesis, scale: float) -> Hypothesis:
    checks = tuple(
        dataclasses.replace(check, evidence=check.evidence[: _at(_EVENTS, scale)])
        for check in one.checks[: _at(_CHECKS, scale)]
    )
    return dataclasses.replace(one, checks=checks)


def _pool(pool: Pool, most: int) -> Pool:
    ranked = sorted(pool.servers, key=lambda server: -server.requests)[:most]
    return dataclasses.replace(pool, servers=tuple(s for s in pool.servers if s in ranked))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]} … ({count(len(text) - most)} more)"


def _shortened(value: Any, most: int) -> Any:
    """Cut every text of a document that is longer, however deep it lies."""
    if isinstance(value, str):
        return _cut(value, most)
    if isinstance(value, tuple):
        return tuple(_shortened(part, most) for part in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        changed = {name: _shortened(part, most) for name, part in parts if _holds_text(part)}
        return dataclasses.replace(value, **changed)
    return value


def _holds_text(value: Any) -> bool:
    # The figures' data is bounded where it is made.
    return isinstance(value, str | tuple) or (
        dataclasses.is_dataclass(value) and not isinstance(value, type | Series)
    )
