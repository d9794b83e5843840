"""Reads the configuration files of some evidence together, for they take each other in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from logsleuth.evidence.configuration.nginx_tree import tree
from logsleuth.evidence.configuration.read import looks_like, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from logsleuth.evidence.configuration.intent import BalancerConfiguration

_DEFAULTS = re.compile(rb"^[ \t]*defaults\b", re.MULTILINE)
_PARTS = re.compile(r"[!/\\]")


@dataclass(slots=True)
class Together:
    """The configurations by the name of their file, and which other files they took in."""

    configurations: dict[str, BalancerConfiguration] = field(default_factory=dict)
    included: set[str] = field(default_factory=set)


def read_together(
    files: Sequence[tuple[str, bytes]],
    others: Iterable[str] = (),
    content: Callable[[str], bytes | None] = lambda _name: None,
) -> Together:
    """Read files that are configurations; those that another includes are read as a part of it.

    Args:
        files: the names and the bytes of what looks like configuration.
        others: names of files that don't, but that an `include` may mean.
        content: the bytes of one of those; None where it is too large or can't be read.
    """
    known = dict(files)
    reader = _Reader(known, sorted({*known, *others}), content)
    for name, data in sorted(files, key=lambda file: (not _is_main(*file), file[0])):
        if name not in reader.found.included:
            reader.found.configurations[name] = reader.read(name, data)
    return Together(
        {n: c for n, c in reader.found.configurations.items() if n not in reader.found.included},
        reader.found.included,
    )


def _is_main(name: str, data: bytes) -> bool:
    """A file with a block `http` or `stream` is included by none."""
    return looks_like(name, data) == "nginx" and bool(
        re.search(rb"^\s*(?:http|stream)\s*\{", data, re.MULTILINE)
    )


class _Reader:
    def __init__(
        self,
        known: dict[str, bytes],
        names: Sequence[str],
        content: Callable[[str], bytes | None],
    ) -> None:
        self.known, self.names, self.content = known, names, content
        self.found = Together()

    def read(self, name: str, data: bytes) -> BalancerConfiguration:
        def included(pattern: str) -> list[tuple[str, str]]:
            taken = []
            for each in meant(pattern, name, self.names):
                text = self.text(each)
                if text is not None:
                    taken.append((each, text))
            self.found.included.update(each for each, _ in taken)
            return taken

        return read(name, data, included, self.before(name, data))

    def before(self, name: str, data: bytes) -> bytes:
        """For a piece without `defaults`, the one file of its folder, or the one above, with some.

        HAProxy is often given a file and then a folder of backends, each with `-f`.
        """
        if looks_like(name, data) != "haproxy" or _DEFAULTS.search(data):
            return b""
        home = _PARTS.split(name)[:-1]
        for folder in (home, home[:-1]):
            told = [
                whole for other, whole in self.known.items()
                if _PARTS.split(other)[:-1] == folder and _DEFAULTS.search(whole)
                and looks_like(other, whole) == "haproxy"
            ]  # fmt: skip
            if told:
                return told[0] if len(told) == 1 else b""
        return b""

    def text(self, name: str) -> str | None:
        """What an included file says; a file that is no configuration is left alone."""
        if name in self.known:
            return self.known[name].decode("utf-8-sig", "replace")
        data = self.content(name)
        if not data or b"\0" in data:
            return None
        text = data.decode("utf-8-sig", "replace")
        directives, problems = tree(text)
        return text if directives and not problems else None


def meant(pattern: str, by: str, names: Sequence[str]) -> list[str]:
    """Which files of the evidence an include in the file `by` names, in nginx's order.

    A path may have been collected with its folders, or with fewer of them: the longest end of it
    that some file has is taken, and a pattern for names needs a folder beside it.
    """
    home, wanted = _PARTS.split(by)[:-1], [part for part in pattern.split("/") if part]
    for start in range(len(wanted)):
        end = wanted[start:]
        if len(end) == 1 and len(wanted) > 1 and set("*?[") & set(end[0]):
            break
        taken = [each for each in names if each != by and _ends(_PARTS.split(each), home, end)]
        if taken:
            return sorted(taken)
    return []


def _ends(parts: list[str], home: list[str], end: list[str]) -> bool:
    """Whether a path is a folder with the end of a pattern in it, part by part."""
    tail = parts[len(home) :]
    return parts[: len(home)] == home and len(tail) == len(end) and all(map(fnmatchcase, tail, end))
