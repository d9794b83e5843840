"""Cuts HAProxy configuration into words, lines and sections with what they inherit."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from logsleuth.evidence.configuration.units import names

_PROXIES = frozenset({"defaults", "frontend", "backend", "listen"})
_SECTIONS = _PROXIES | names(
    "acme cache crt-list crt-store fcgi-app global http-errors log-forward log-profile mailers"
    " peers program resolvers ring traces userlist"
)
# Every section repeats the lines of its defaults: bounded, so that a hostile file of many
# sections under long defaults can't multiply.
_MOST_INHERITED = 300_000
_BARE = re.compile(r"[^\s\\\"'#]+")
_STRONG = re.compile(r"'([^']*)'")
_WEAK = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{2}|.)", re.DOTALL)
_CONTROL = {"n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True, slots=True)
class Line:
    """The words of one line, and the section it is written in ("defaults", "backend app")."""

    words: tuple[str, ...]
    number: int
    scope: str

    def starts(self, *words: str) -> bool:
        """Whether the line begins with these words."""
        return self.words[: len(words)] == words


@dataclass(slots=True)
class Section:
    """A section: its own lines, and before them those of the `defaults` it takes from."""

    kind: str
    name: str
    number: int
    inherited: list[Line] = field(default_factory=list)
    own: list[Line] = field(default_factory=list)

    @property
    def label(self) -> str:
        """The section as its first line names it."""
        return f"{self.kind} {self.name}".strip()

    @property
    def lines(self) -> list[Line]:
        """All lines in force, in the order in which HAProxy applies them."""
        return [*self.inherited, *self.own]


def words_of(text: str) -> tuple[str, ...] | None:
    """The words of a line without its comment, or None for a quote that never ends.

    Source: HAProxy manual, section 2.2 "Quoting and escaping".
    """
    words: list[str] = []
    pieces: list[str] = []
    at = 0
    while at < len(text) and text[at] != "#":
        if not text[at].isspace():
            piece = _piece(text, at)
            if piece is None:
                return None
            pieces.append(piece[0])
            at = piece[1]
            continue
        if pieces:
            words.append("".join(pieces))
            pieces = []
        at += 1
    return tuple([*words, "".join(pieces)] if pieces else words)


def _piece(text: str, at: int) -> tuple[str, int] | None:
    """The part of a word that starts here and where it ends."""
    first = text[at]
    if first == "\\":
        match = _ESCAPE.match(text, at)
        return (_unescaped(match), match.end()) if match else ("\\", at + 1)
    if first == "'":
        match = _STRONG.match(text, at)
        return (match[1], match.end()) if match else None
    if first == '"':
        match = _WEAK.match(text, at)
        return (_ESCAPE.sub(_unescaped, match[1]), match.end()) if match else None
    match = _BARE.match(text, at)
    return (match[0], match.end()) if match else (first, at + 1)


def _unescaped(match: re.Match[str]) -> str:
    escaped = match[1]
    if len(escaped) > 1:
        return chr(int(escaped[1:], 16))
    if escaped in _CONTROL:
        return _CONTROL[escaped]
    return escaped if escaped in "\\ \t#'\"$" else "\\" + escaped


def sections_of(text: str, before: str = "") -> tuple[list[Section], list[str]]:
    """The sections of a configuration and what could not be read, with lines.

    Source: HAProxy manual, section 2.1 "Configuration file format" and 4 "Proxies"; management
    guide, section 3 "Starting HAProxy", `-f` given several times.

    Args:
        text: the file.
        before: a file that was read before it, whose `defaults` hold here too.
    """
    reader = _Reader()
    reader.read(before)
    reader.sections, reader.problems = [], []
    reader.read(text)
    return reader.sections, reader.problems


@dataclass(slots=True)
class _Reader:
    sections: list[Section] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    inherited: int = 0
    defaults: dict[str, Section] = field(default_factory=dict)
    latest: Section | None = None

    def read(self, text: str) -> None:
        for number, raw in enumerate(text.split("\n"), start=1):
            words = words_of(raw)
            if words is None:
                self.problems.append(f"line {number}: a quote is not closed")
            elif words:
                self.take(words, number)

    def take(self, words: tuple[str, ...], number: int) -> None:
        if words[0] in _SECTIONS:
            self._open(words, number)
        elif words[0] == ".if":
            # The condition may ask for the balancer's environment, which no evidence holds.
            self.problems.append(f"line {number}: the .if is not evaluated, all branches are read")
        elif words[0].startswith("."):
            return
        elif self.sections:
            section = self.sections[-1]
            section.own.append(Line(words, number, section.label))
        else:
            self.problems.append(f"line {number}: stands before the first section")

    def _open(self, words: tuple[str, ...], number: int) -> None:
        named = len(words) > 1 and words[1] != "from"
        section = Section(words[0], words[1] if named else "", number)
        if section.kind in _PROXIES:
            if section.kind != "defaults" and not named:
                self.problems.append(f"line {number}: {section.kind} lacks a name")
            source = words[words.index("from") + 1 :][:1] if "from" in words else ()
            self._inherit(section, source)
        if section.kind == "defaults":
            self.latest = self.defaults[section.name] = section
        self.sections.append(section)

    def _inherit(self, section: Section, source: tuple[str, ...]) -> None:
        # A defaults section without "from" starts anew.
        defaults = self.latest if section.kind != "defaults" else None
        if source:
            defaults = self.defaults.get(source[0])
            if defaults is None:
                self.problems.append(f"line {section.number}: no defaults named {source[0][:80]}")
        lines = defaults.lines if defaults else []
        self.inherited += len(lines)
        if self.inherited > _MOST_INHERITED:
            self.problems.append(f"line {section.number}: too much is inherited, this is left out")
        else:
            section.inherited = lines
