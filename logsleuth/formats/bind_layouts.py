"""Reads lines by a server's format string: one from the configuration, a known or a found one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from logsleuth.formats import cells, claim, layout
from logsleuth.formats.reader import BoundShape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from logsleuth.formats.reader import Reader, Token
    from logsleuth.formats.spec import Format, Shape

# More layouts than this in one file are an accident of the sample.
_MOST: Final = 4
# What an application's own key=value log has and an access log has not.
_WORDS: Final = re.compile(r"(?:^|\s)(?:level|msg|lvl)=")


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A layout, its regular expression, and the lines that it fits, by index."""

    tokens: tuple[Token, ...]
    pattern: str
    matches: dict[int, re.Match[str]]


def claims(lines: Sequence[str], spec: Format, told: Sequence[str]) -> Iterator[Reader]:
    """Yield a reader of the layouts that together fit the lines, the most frequent one first.

    `told` are format strings from a configuration; they win over those that are found.
    """
    shape = next(s for s in spec.shapes if s.kind == "layout")
    known = [s.layout for s in spec.shapes if s.kind == "layout" and s.layout]
    waiting = [layout.tokens(text) for text in (*told, *known)]
    chosen: list[_Candidate] = []
    left = list(range(len(lines)))
    while left and len(chosen) < _MOST:
        found = cells.infer([lines[i] for i in left])
        candidates = [
            candidate
            for tokens in (*waiting, *([found] if found else []))
            if (candidate := _fit(lines, left, spec, tokens)) is not None
        ]
        if not candidates:
            break
        best = max(candidates, key=lambda candidate: len(candidate.matches))
        chosen.append(best)
        left = [i for i in left if i not in best.matches]
    if chosen:
        share = 1 - len(left) / len(lines)
        shapes = [_bound(shape, candidate) for candidate in chosen]
        yield claim.reader(spec, shapes, share, layout.text(chosen[0].tokens))


def _fit(
    lines: Sequence[str], left: Sequence[int], spec: Format, tokens: tuple[Token, ...]
) -> _Candidate | None:
    """The lines that a layout fits, None where there are none or it isn't one of this format."""
    if not tokens or tokens[0].text.startswith("{") or not layout.readable(tokens):
        return None
    variables = {t.text for t in tokens if t.variable}
    literal = "".join(t.text for t in tokens if not t.variable)
    if _WORDS.search(literal) or not _required(spec, variables):
        return None
    pattern = layout.pattern(tokens)
    compiled = re.compile(pattern, re.DOTALL)
    matches = {i: m for i in left if (m := compiled.match(lines[i]))}
    return _Candidate(tokens, pattern, matches) if matches else None


def _required(spec: Format, variables: set[str]) -> bool:
    return all(any(name in variables for name in group) for group in spec.requires)


def _bound(shape: Shape, candidate: _Candidate) -> BoundShape:
    sampled = list(candidate.matches.values())[:60]
    values = {t.text: [m[t.text] for m in sampled] for t in candidate.tokens if t.variable}
    return BoundShape(
        kind="layout",
        fields=tuple(claim.bind(shape, values)),
        tokens=candidate.tokens,
        pattern=candidate.pattern,
        constants=shape.constants,
    )
