"""A comparison for programs: as one JSON document, and as rows of one figure or fact each."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from logsleuth.model import Investigation
from logsleuth.renderers import primitives
from logsleuth.renderers.json import document as investigated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logsleuth.compared import Comparison, Measure

SCHEMA: Final = "logsleuth.comparison/1"
COLUMNS: Final = (
    "section", "pool", "subject", "measure", "base", "case", "scale", "value", "low", "high",
    "standing", "base_says", "case_says",
)  # fmt: skip
TYPES: Final = (
    *(str, str, str, str), *(float, float), str, *(float, float, float), *(str, str, str),
)  # fmt: skip
# Of an investigation, what is to be compared by eye; all of it is what `investigate` gives.
_OF_INVESTIGATION: Final = ("evidence", "incident", "root_cause", "warnings")
_NAMES: Final = {"since": "from", "until": "to"}
_Row = tuple[Any, ...]


def dumps(found: Comparison) -> str:
    """Return the comparison as JSON text in ASCII: safe on any terminal and in any encoding."""
    told = {"schema": SCHEMA, **_spelt(found)}
    return json.dumps(told, indent=2, allow_nan=False) + "\n"


def _spelt(value: Any) -> Any:
    """Spell a part of the document as JSON has it, under the names of its fields."""
    if isinstance(value, Investigation):
        told = investigated(value)
        return {name: told[name] for name in _OF_INVESTIGATION}
    if is_dataclass(value):
        return {_NAMES.get(f.name, f.name): _spelt(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple | list):
        return [_spelt(part) for part in value]
    if isinstance(value, datetime):
        return primitives.time(value)
    if isinstance(value, float):
        return primitives.number(value)
    return primitives.text(value) if isinstance(value, str) else value


def rows(found: Comparison) -> Iterator[_Row]:
    """Give the comparison as rows of `COLUMNS`; texts are in the last two, figures in the others.

    `value` is the difference or the ratio, as `scale` says, with its interval.
    """
    yield from _verdicts(found)
    for caveat in found.caveats:
        kind = "not compared" if caveat.prevents else "with care"
        yield _row("caveat", subject=caveat.subject, measure=kind, says=(caveat.why, None))
    yield from _figures(found)
    for one in found.standings:
        yield _row(
            "hypothesis", subject=one.component, measure="confidence",
            both=(one.base_confidence, one.case_confidence),
            says=(one.base_status, one.case_status),
        )  # fmt: skip
    yield from _differing(found)
    for fact in found.quality:
        numbers = [v if isinstance(v, int | float) else None for v in (fact.base, fact.case)]
        texts = [v if isinstance(v, str) else None for v in (fact.base, fact.case)]
        yield _row("evidence", measure=fact.name, both=(*numbers,), says=(*texts,))


def _verdicts(found: Comparison) -> Iterator[_Row]:
    causes = [side.found.root_cause for side in (found.base, found.case)]
    for name in ("component", "fault", "target"):
        says = tuple(getattr(cause, name) if cause else None for cause in causes)
        yield _row("verdict", measure=name, says=says)
    confident = tuple(cause.confidence if cause else None for cause in causes)
    yield _row("verdict", measure="confidence", both=confident)


def _figures(found: Comparison) -> Iterator[_Row]:
    for subject in found.subjects:
        counts = (subject.base, subject.case)
        for name in ("requests", "failed", "left", "refused"):
            both = tuple(getattr(c, name) if c else None for c in counts)
            yield _row(subject.kind, subject.pool, subject.name, name, both=both)
        for measure in subject.measures:
            yield _measured(subject.kind, subject.pool, subject.name, measure)
    for pool in found.pools:
        yield _row("shares", pool.pool, None, "total variation", value=pool.moved)
        said = ("algorithm", (pool.base_algorithm, pool.case_algorithm))
        seen = ("algorithm seen", (pool.base_seen, pool.case_seen))
        for name, says in (said, seen):
            yield _row("shares", pool.pool, None, name, says=says)
        for share in pool.servers:
            yield _measured("shares", pool.pool, share.server, share.observed)
            intended = share.base_intended, share.case_intended
            configured = share.base_configured, share.case_configured
            yield _row("shares", pool.pool, share.server, "intended share", both=intended)
            yield _row("shares", pool.pool, share.server, "configured share", both=configured)


def _differing(found: Comparison) -> Iterator[_Row]:
    for one in found.directives:
        subject = " ".join(part for part in (one.scope, one.name) if part)
        says = [
            f"{value} ({where})" if value is not None else None
            for value, where in ((one.base, one.base_where), (one.case, one.case_where))
        ]
        yield _row("configuration", None, subject, one.kind, says=(*says,))
    for said in found.said:
        limits = said.interval.low, said.interval.high
        yield _row(
            "message", None, said.shape, said.role, (said.base, said.case), "ratio", said.ratio,
            limits, said.kind, (None, said.event),
        )  # fmt: skip


def _measured(section: str, pool: str | None, subject: str, measure: Measure) -> _Row:
    limits = (measure.interval.low, measure.interval.high) if measure.interval else (None, None)
    return _row(
        section, pool, subject, measure.name, (measure.base, measure.case), measure.scale,
        measure.value, limits, measure.standing,
    )  # fmt: skip


def _row(
    section: str, pool: str | None = None, subject: str | None = None, measure: str | None = None,
    both: tuple[Any, ...] = (None, None), scale: str | None = None, value: float | None = None,
    limits: tuple[float | None, float | None] = (None, None), standing: str | None = None,
    says: tuple[str | None, ...] = (None, None),
) -> _Row:  # fmt: skip
    # Figures are floats throughout, so that a column has one type wherever it is read.
    numbers = [None if n is None else float(n) for n in (*both, value, *limits)]
    return (section, pool, subject, measure, *numbers[:2], scale, *numbers[2:], standing, *says)
