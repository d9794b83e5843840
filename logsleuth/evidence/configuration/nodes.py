"""Reads YAML, JSON and TOML as trees whose every value knows its line, within limits."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

# Aliases count as often as they are used, so that a small file can't unfold to a large one.
_MOST_NODES: Final = 300_000
_DEEPEST: Final = 60
_NOTHING: Final = frozenset({"", "~", "null", "Null", "NULL"})
_WORDS: Final = re.compile(r"[_\-]")
_QUOTED: Final = re.compile(r"""(["'])(.*?)\1""")


@dataclass(slots=True)
class Node:
    """A value with its line: `fields` of a mapping, `items` of a list, or the `text` of a scalar.

    All three are empty for null. Keys are compared without case, `_` and `-`, for Envoy takes
    `lb_policy` and `lbPolicy` alike, and Traefik any case.
    """

    line: int
    text: str | None = None
    fields: dict[str, Node] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """The keys as they are written, by those that they are compared by."""
    items: list[Node] = field(default_factory=list)
    size: int = 1

    def get(self, *path: str) -> Node:
        """The value under some keys; an empty node where there is none."""
        node = self
        for name in path:
            node = node.fields.get(_key(name), Node(self.line))
        return node

    def has(self, name: str) -> bool:
        """Whether a mapping has a key, be its value empty."""
        return _key(name) in self.fields

    def named(self) -> Iterator[tuple[str, Node]]:
        """The values of a mapping with their keys as written."""
        return ((self.names[key], value) for key, value in self.fields.items())

    def __bool__(self) -> bool:
        """Whether there is anything here."""
        return bool(self.text is not None or self.fields or self.items)


def _key(name: str) -> str:
    return _WORDS.sub("", name).lower()


def of_yaml(text: str) -> tuple[list[Node], list[str]]:
    """The documents of YAML or JSON text and what could not be read.

    Made of the parser's events and not of its objects: nothing is constructed, and depth, size
    and the unfolding of aliases are bounded. Source: YAML 1.1, PyYAML's `parse`.
    """
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = _Builder()
    # JSON may be indented with tabs, and its strings hold none.
    plain = text.replace("\t", "  ") if text.lstrip()[:1] in {"{", "["} else text
    try:
        for event in yaml.parse(plain, Loader=loader):
            if not builder.take(event):
                break
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        builder.problems.append(f"{where}{getattr(error, 'problem', None) or 'is no YAML'}")
        if builder.roots and not builder.stack:
            # What follows a whole document is one of another kind, as in a log of JSON lines.
            builder.roots.append(Node(mark.line + 1 if mark else 1))
    return builder.roots, builder.problems


@dataclass(slots=True)
class _Open:
    """A collection that is being read; `key` waits for its value in a mapping."""

    node: Node
    anchor: str | None
    mapping: bool
    key: str | None = None


@dataclass(slots=True)
class _Builder:
    roots: list[Node] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, Node] = field(default_factory=dict)
    count: int = 0

    def take(self, event: Any) -> bool:
        """Put an event in its place; False where the rest is left out."""
        kind, line = type(event).__name__, event.start_mark.line + 1
        if kind in {"MappingStartEvent", "SequenceStartEvent"}:
            node = Node(line)
            self._place(node, None)
            self.stack.append(_Open(node, event.anchor, kind.startswith("Mapping")))
        elif kind in {"MappingEndEvent", "SequenceEndEvent"}:
            self._close()
        elif kind == "ScalarEvent":
            nothing = event.style in {None, ""} and event.value in _NOTHING
            node = Node(line, None if nothing else event.value)
            self._place(node, event.value)
            if event.anchor:
                self.anchors[event.anchor] = node
        elif kind == "AliasEvent":
            # One that stands inside of what it names isn't known yet, and so is nothing.
            self._place(self.anchors.get(event.anchor, Node(line)), None)
        return self._within(line)

    def _place(self, node: Node, word: str | None) -> None:
        self.count += node.size
        if not self.stack:
            self.roots.append(node)
            return
        home = self.stack[-1]
        if not home.mapping:
            home.node.items.append(node)
        elif home.key is None:
            home.key = word or ""
            return
        else:
            _put(home.node, home.key, node)
            home.key = None
        home.node.size += node.size

    def _close(self) -> None:
        done = self.stack.pop()
        if self.stack:
            self.stack[-1].node.size += done.node.size - 1
        if done.anchor:
            self.anchors[done.anchor] = done.node

    def _within(self, line: int) -> bool:
        deep = len(self.stack) > _DEEPEST
        if self.count <= _MOST_NODES and not deep:
            return True
        why = "nested too deeply" if deep else "too much for a configuration"
        self.problems.append(f"line {line}: {why}, the rest is left out")
        return False


def _put(mapping: Node, name: str, value: Node) -> None:
    if name == "<<":
        for key, merged in value.fields.items():
            mapping.fields.setdefault(key, merged)
            mapping.names.setdefault(key, value.names[key])
        return
    mapping.fields[_key(name)] = value
    mapping.names[_key(name)] = name


def of_toml(text: str) -> tuple[list[Node], list[str]]:
    """The document of TOML text, each text on the line where it stands; and what is wrong.

    Source: TOML 1.0. The standard library's parser tells no lines, so they are looked up.
    """
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return [], [str(error)[:120] or "nested too deeply"]
    return [_Lines(text).node(found, 1)], []


class _Lines:
    """Finds the line of each text: the next one that has it, for tables come in their order."""

    def __init__(self, text: str) -> None:
        self.places: dict[str, list[int]] = {}
        for number, line in enumerate(text.split("\n"), start=1):
            for match in _QUOTED.finditer(line):
                self.places.setdefault(match[2], []).append(number)
        for places in self.places.values():
            places.reverse()

    def node(self, value: Any, line: int) -> Node:
        """A value as a tree; a collection stands where its first text does."""
        if isinstance(value, dict):
            parts = {name: self.node(each, line) for name, each in value.items()}
            made = Node(min((p.line for p in parts.values() if p.line > 1), default=line))
            for name, part in parts.items():
                _put(made, name, part)
            return made
        if isinstance(value, list):
            items = [self.node(each, line) for each in value]
            return Node(items[0].line if items else line, items=items)
        text = str(value).lower() if isinstance(value, bool) else str(value)
        places = self.places.get(text, [])
        where = places.pop() if len(places) > 1 else places[0] if places else line
        return Node(where, text)
