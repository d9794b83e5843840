"""Turns nginx configuration text into a tree of directives, keeping what broken text still says."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from logsleuth.evidence.configuration.units import names

if TYPE_CHECKING:
    from collections.abc import Iterator

# Every restart lexes the rest again: bounded, so a file of braces can't cost quadratic time.
_RESTARTS = 20
# The readers of the tree recurse: deeper blocks than any real file has are left out.
_DEPTH = 60
_ESCAPE = re.compile(r"\\([\"'\\trn])")
_ESCAPED = {"t": "\t", "r": "\r", "n": "\n"}
# A line that starts with one of these begins a directive even if the one above lacks its ";".
_STARTERS = names(
    "access_log events fastcgi_pass http include ip_hash keepalive least_conn listen location"
    " log_format proxy_pass proxy_set_header root server server_name upstream"
)


@dataclass(slots=True)
class Directive:
    """A directive, its arguments and, if it has braces, what stands between them."""

    name: str
    args: list[str]
    line: int
    block: list[Directive] | None = None
    file: str | None = None
    """The included file that it stands in, None in the one that was given."""

    @property
    def where(self) -> str:
        """Its place for people."""
        return f"{self.file} line {self.line}" if self.file else f"line {self.line}"


@dataclass(slots=True)
class _Builder:
    root: list[Directive] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    stack: list[list[Directive]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    first_line: int = 0
    last_line: int = 0

    def take(self, word: str, line: int, quoted: bool) -> None:
        if not quoted and word in {";", "{", "}"}:
            self._end(word, line)
        elif quoted or not word.startswith("#"):
            self._add(word, line, quoted)

    def _add(self, word: str, line: int, quoted: bool) -> None:
        begins = not quoted and word in _STARTERS and line > self.last_line
        if begins and self.words and self.words[0] in _STARTERS:
            self._unfinished()
        if not self.words:
            self.first_line = line
        self.words.append(_unescaped(word))
        self.last_line = line

    def _end(self, word: str, line: int) -> None:
        if word == "}":
            if self.words:
                self._unfinished()
            if self.stack:
                self.stack.pop()
            return
        directive = self._close(line)
        if word == "{":
            directive.block = []
            self.stack.append(directive.block)

    def _close(self, line: int) -> Directive:
        name, *args = self.words or [""]
        directive = Directive(name, args, self.first_line if self.words else line)
        if len(self.stack) < _DEPTH:
            (self.stack[-1] if self.stack else self.root).append(directive)
        elif len(self.stack) == _DEPTH:
            self.problems.append(f"line {line}: nested too deeply to be read")
        self.words = []
        return directive

    def _unfinished(self) -> None:
        self.problems.append(f'line {self.first_line}: "{self.words[0][:40]}" lacks its ";"')
        self._close(self.first_line)

    def finish(self) -> None:
        if self.words:
            self._unfinished()


def tree(text: str) -> tuple[list[Directive], list[str]]:
    """The top-level directives of the text and what could not be read, with lines.

    Source: nginx manual, "Beginner's Guide", configuration file's structure. The words come from
    crossplane's lexer, not its parser: that one gives up the whole file for one missing brace.
    """
    lines = text.split("\n")
    builder = _Builder()
    start = 0
    for _ in range(_RESTARTS):
        failed = _feed(builder, lines, start)
        if failed is None:
            break
        start = failed
    else:
        builder.problems.append(f"line {start}: too many mistakes, the rest was not read")
    builder.finish()
    return builder.root, builder.problems


def _feed(builder: _Builder, lines: list[str], start: int) -> int | None:
    """Read from a line on; the index of the line to go on from after a mistake, or None."""
    from crossplane.errors import NgxParserBaseException

    try:
        for word, line, quoted in _tokens(lines, start, len(builder.stack)):
            builder.take(word, start + line, quoted)
    except NgxParserBaseException as error:
        line = start + (error.lineno or 1)
        builder.problems.append(f"line {line}: {error.strerror}")
        builder.words = []
        # A file cut short has been read to its end when this is noticed.
        ended = 'expecting "}"' in error.strerror
        return None if ended or line >= len(lines) else line
    return None


def _tokens(lines: list[str], start: int, depth: int) -> Iterator[tuple[str, int, bool]]:
    from crossplane import lex_string

    # The lexer balances braces, so after a restart it is shown those that are still open.
    tokens = lex_string("{" * depth + "\n".join(lines[start:]))
    for count, word in enumerate(tokens):
        if count >= depth:
            yield word


def _unescaped(word: str) -> str:
    # crossplane leaves these to its caller; nginx resolves them in ngx_conf_read_token
    return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), word)
