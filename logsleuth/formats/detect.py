"""Which format a file is in: every format reads a sample of its lines, the best account wins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from logsleuth.formats import (
    bind_layouts,
    bind_patterns,
    envelopes,
    headed,
    keyed,
    unwrap,
    wrappers,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from logsleuth.formats.reader import Reader
    from logsleuth.formats.spec import Format

# A format must account for this share of the sampled lines, or the file is in none.
_LEAST: Final = 0.5
# Where lines can be read with and without their header, this much decides for without.
_MARGIN: Final = 0.2
_SAMPLE: Final = 240
# What is taken from beyond the head is taken in so many stretches of neighbours: a record of a slow
# query log has up to twenty lines, and of every seventh line none might be the one that starts it.
_STRETCHES: Final = 4
# Regular expressions are tried on no longer lines, and on few long ones: a stranger wrote them.
_LONGEST: Final = 8 << 10
_LONG: Final = 1 << 10
_LONG_LINES: Final = 16
_MARK: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class Hint:
    """A format string found in a configuration of the same evidence."""

    format: str
    layout: str


def sample(text: str) -> list[str]:
    """Take non-blank lines from all over a text, at most a few hundred."""
    lines = [line.rstrip("\r") for line in text.split("\n") if line.strip()]
    if len(lines) <= _SAMPLE:
        return lines
    if lines[0].startswith(envelopes.ENTRY):
        # An entry of the journal has dozens of lines.
        return lines[: _SAMPLE * 10]
    head, rest = lines[: _SAMPLE // 2], lines[_SAMPLE // 2 :]
    long = _SAMPLE // 2 // _STRETCHES
    starts = [max(0, len(rest) - long) * i // (_STRETCHES - 1) for i in range(_STRETCHES)]
    taken = sorted({i for start in starts for i in range(start, min(start + long, len(rest)))})
    return head + [rest[i] for i in taken]


def detect(
    lines: Sequence[str], formats: Sequence[Format], hints: Sequence[Hint] = ()
) -> Reader | None:
    """Return the reader that accounts for most of the sampled lines, None if none does for half.

    Lines behind a syslog header are looked at without it; the header then is the wrapper. What
    containers, journals and shippers put around lines is opened, and what is inside looked at.
    """
    if not lines:
        return None
    marked = lines[0].startswith(_MARK)
    lines = [lines[0].removeprefix(_MARK), *lines[1:]]
    exported = lines[0].startswith(envelopes.ENTRY)
    best = None if exported else _best(lines, formats, hints)
    # Inside a wrapper only what surely is a format counts.
    closer = [spec for spec in formats if spec.directives is None and spec.priority >= 0]
    for name, inner, written in wrappers.unwrapped(lines):
        found = _best(inner, closer, hints)
        if found and (best is None or _closer(found, len(inner) / len(lines), best)):
            best = wrappers.wrap(found, name, written)
    best = unwrap.dressed(lines, best, lambda inner: _best(inner, closer, hints)) or best
    return _marked(best) if best and marked else best


def _marked(reader: Reader) -> Reader:
    """The first line starts a record behind its byte order mark, too."""
    starts, directives = (
        pattern.replace("^", f"^{_MARK}?", 1) if pattern else None
        for pattern in (reader.starts, reader.directives)
    )
    return replace(reader, marked=True, starts=starts, directives=directives)


def _closer(inner: Reader, covered: float, outer: Reader) -> bool:
    return inner.share * covered >= outer.share - _MARGIN or outer.role == "system"


def _best(lines: Sequence[str], formats: Sequence[Format], hints: Sequence[Hint]) -> Reader | None:
    """The format that accounts for most lines, in tenths; among equals the one of most priority.

    What is in the texts of JSON objects speaks for no format of plain lines. Formats are asked in
    the order of their priority, for none can beat an earlier full account, and those of a priority
    below 0 only where no other has any.
    """
    short = [] if keyed.mostly_objects(lines) else _short(lines)
    ranked: list[tuple[tuple[float, int, float, int], Reader]] = []
    for index, spec in sorted(enumerate(formats), key=lambda pair: -pair[1].priority):
        if any(rank[0] == 1.0 and rank[1] > spec.priority for rank, _ in ranked):
            break
        if ranked and spec.priority < 0:
            break
        for reader in _claims(lines, short, spec, hints):
            if reader.share >= _LEAST:
                tenths = round(reader.share, 1)
                ranked.append(((tenths, spec.priority, reader.share, -index), reader))
    return max(ranked, key=lambda item: item[0])[1] if ranked else None


def _short(lines: Sequence[str]) -> list[str]:
    long = [i for i, line in enumerate(lines) if len(line) > _LONG]
    left_out = {i for i in long if len(lines[i]) > _LONGEST} | set(long[_LONG_LINES:])
    return [line for i, line in enumerate(lines) if i not in left_out]


def _claims(
    lines: Sequence[str], short: Sequence[str], spec: Format, hints: Sequence[Hint]
) -> Iterator[Reader]:
    """Readers of one format; only JSON is looked at in lines of any length."""
    kinds = {shape.kind for shape in spec.shapes}
    told = [*spec.told, *(hint.layout for hint in hints if hint.format == spec.name)]
    if "json" in kinds:
        yield from keyed.claims(lines, spec, "json", told)
    if not short:
        return
    if "layout" in kinds:
        yield from bind_layouts.claims(short, spec, told)
    if "pairs" in kinds:
        yield from keyed.claims(short, spec, "pairs", told)
    if "columns" in kinds:
        yield from headed.claims(short, spec)
    elif kinds & {"pattern", "csv"}:
        yield from bind_patterns.claims(short, spec, told)
