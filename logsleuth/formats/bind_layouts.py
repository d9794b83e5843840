"""Reads lines by a server's format string: one from the configuration, a known or a found one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from logsleuth.formats import bind_patterns, cells, claim, layout, syntaxes
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
    by_server = [syntaxes.tokens(spec.syntax, text) for text in told]
    waiting = by_server + [syntaxes.tokens(spec.syntax, text) for text in known]
    guessed = spec.syntax == syntaxes.GUESSED
    chosen: list[_Candidate] = []
    left = list(range(len(lines)))
    while left and len(chosen) < _MOST:
        found = cells.infer([lines[i] for i in left]) if guessed else None
        candidates = [
            candidate
            for tokens in (*waiting, *([found] if found else []))
            if (candidate := _fit(lines, left, tokens)) is not None
            and _required(spec, candidate, told=tokens in by_server)
        ]
        if not candidates:
            break
        best = max(candidates, key=lambda candidate: len(candidate.matches))
        chosen.append(best)
        left = [i for i in left if i not in best.matches]
    if chosen:
        shapes = [_bound(shape, candidate) for candidate in chosen]
        others = bind_patterns.others(spec)
        known_otherwise = [re.compile(other.pattern, re.DOTALL) for other in others]
        left = [i for i in left if not any(p.match(lines[i]) for p in known_otherwise)]
        share = 1 - len(left) / len(lines)
        yield claim.reader(spec, [*shapes, *others], share, layout.text(chosen[0].tokens))


def _fit(lines: Sequence[str], left: Sequence[int], tokens: tuple[Token, ...]) -> _Candidate | None:
    """The lines that a layout fits, None where there are none or it can't be read."""
    if not tokens or tokens[0].text.startswith("{") or not layout.readable(tokens):
        return None
    literal = "".join(t.text for t in tokens if not t.variable)
    if _WORDS.search(literal):
        return None
    pattern = layout.pattern(tokens)
    compiled = re.compile(pattern, re.DOTALL)
    matches = {i: m for i in left if (m := compiled.match(lines[i]))}
    return _Candidate(tokens, pattern, matches) if matches else None


def _required(spec: Format, candidate: _Candidate, *, told: bool) -> bool:
    """Whether a layout is one of this format; of one that its server tells, a time is enough."""
    variables = {t.text for t in candidate.tokens if t.variable}
    groups = spec.requires[:1] if told and spec.syntax != syntaxes.GUESSED else spec.requires
    return all(any(name in variables for name in group) for group in groups)


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
