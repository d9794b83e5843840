"""Puts included files where nginx's `include` stands, each directive keeping its own file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from logsleuth.evidence.configuration.nginx_tree import Directive, tree

Included: TypeAlias = Callable[[str], Sequence[tuple[str, str]]]
"""From the argument of an `include` to the names and the texts of the files that it takes in."""

# Files may include each other: so deep and so many are read, as far as any real ones go.
_DEEPEST = 8
_MOST = 200


def expanded(block: list[Directive], included: Included, problems: list[str]) -> list[Directive]:
    """The block with what its includes take in, at any depth; what isn't there stays as it is.

    Source: nginx manual, ngx_core_module "include".
    """
    return _Expansion(included, problems).of(block, ())


class _Expansion:
    def __init__(self, included: Included, problems: list[str]) -> None:
        self.included, self.problems, self.left = included, problems, _MOST

    def of(self, block: list[Directive], inside: tuple[str, ...]) -> list[Directive]:
        made: list[Directive] = []
        for each in block:
            if each.block is not None:
                each.block = self.of(each.block, inside)
            if each.name == "include" and each.args and each.block is None:
                made += self.taken(each, inside) or [each]
            else:
                made.append(each)
        return made

    def taken(self, include: Directive, inside: tuple[str, ...]) -> list[Directive]:
        """The directives of the files, unless one includes itself."""
        made: list[Directive] = []
        for name, text in self.included(include.args[0]):
            if name in inside or len(inside) >= _DEEPEST or self.left <= 0:
                self.problems.append(f"{include.where}: {name} is included too often")
                continue
            self.left -= 1
            found, problems = tree(text)
            self.problems += [f"{name} {problem}" for problem in problems]
            _name(found, name)
            made += self.of(found, (*inside, name))
        return made


def _name(block: list[Directive], file: str) -> None:
    for each in block:
        each.file = file
        _name(each.block or [], file)
