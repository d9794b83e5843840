"""Rows of values that may be quoted, as one regular expression."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_VALUE = r'(?P<{0}>"(?:[^"]|"")*"|[^",\n]*)'


def pattern(columns: Sequence[str]) -> str:
    """Return a regular expression with a group for each column; quotes stay in the group.

    A name that ends in `?` may be missing, and then all that follow it are.
    """
    first, *rest = columns
    text = _VALUE.format(first)
    optional = 0
    for name in rest:
        if name.endswith("?"):
            text += "(?:," + _VALUE.format(name.removesuffix("?"))
            optional += 1
        else:
            text += "," + _VALUE.format(name)
    return "^" + text + ")?" * optional + r"\s*$"


def spaced_pattern(columns: Sequence[str]) -> str:
    """The same for values between spaces or tabs, of which those with spaces are quoted."""
    value = r'(?P<{0}>"(?:[^"]|"")*"|[^ \t"][^ \t]*)'
    return "^" + r"[ \t]+".join(value.format(name) for name in columns) + r"\s*$"
