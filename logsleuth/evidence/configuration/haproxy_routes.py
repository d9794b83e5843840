"""Reads which requests HAProxy sends to which backend: `acl`, `use_backend`, `default_backend`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from logsleuth.evidence.configuration.intent import Route
from logsleuth.evidence.configuration.units import names

if TYPE_CHECKING:
    from logsleuth.evidence.configuration.haproxy_lines import Line, Section

_HOST = re.compile(r"(?:req\.)?f?hdr(?:_str)?\(host\)(?:,(?:lower|field\(1,:\)))*", re.IGNORECASE)
_PATH = re.compile(r"path(?:_(beg|end|sub|dir|reg|str))?")
# What stands before and after the text in a pattern that matches as the method does.
_SHAPES = {
    "beg": ("^", ""),
    "str": ("^", "$"),
    "end": ("", "$"),
    "sub": ("", ""),
    "dir": ("(?:^|/)", "(?:/|$)"),
}
_REWRITES = names("set-path set-pathq set-uri replace-path replace-pathq replace-uri")
_MOST_REWRITES = 20
_OR = frozenset({"or", "||", "OR"})


@dataclass(frozen=True, slots=True)
class _Test:
    """What one or more `acl` lines of a name ask for: a path, a host, or something else."""

    kind: str
    values: tuple[str, ...]
    text: str


def read_routes(section: Section) -> list[Route]:
    """The routes out of a frontend or listen section, in the order in which they are tried.

    Source: HAProxy manual, section 4.2 "use_backend" and "default_backend", 7.2 "Using ACLs to
    form conditions".
    """
    acls = _acls(section)
    rewrite = rewrites_of(section)
    routes = []
    default: Line | None = None
    for line in section.lines:
        if line.words[0] == "use_backend" and len(line.words) > 1:
            routes.append(_route(line, acls, rewrite))
        elif line.words[0] == "default_backend" and len(line.words) > 1:
            default = line
    if default is not None:
        matcher = " ".join(default.words)
        routes.append(
            Route(matcher, "default", (), default.words[1], rewrite, default.number, None)
        )
    elif section.kind == "listen" and any(_is_server(line) for line in section.own):
        routes.append(
            Route(section.label, "default", (), section.name, rewrite, section.number, None)
        )
    return routes


def rewrites_of(section: Section) -> str | None:
    """The rules by which a section changes the path, as written."""
    rules = [
        " ".join(line.words)
        for line in section.lines
        if line.words[0] == "http-request" and len(line.words) > 1 and line.words[1] in _REWRITES
    ]
    return "; ".join(rules[:_MOST_REWRITES]) or None


def _is_server(line: Line) -> bool:
    return line.words[0] in {"server", "server-template"}


def _acls(section: Section) -> dict[str, _Test]:
    tests: dict[str, list[_Test]] = {}
    for line in section.lines:
        if line.words[0] == "acl" and len(line.words) > 2:
            test = _test(line.words[2:], " ".join(line.words))
            tests.setdefault(line.words[1], []).append(test)
    return {name: _any_of(alike) for name, alike in tests.items()}


def _any_of(tests: list[_Test]) -> _Test:
    text = "; ".join(test.text for test in tests)
    kinds = {test.kind for test in tests}
    if len(kinds) > 1 or "acl" in kinds:
        return _Test("acl", (), text)
    return _Test(tests[0].kind, tuple(value for test in tests for value in test.values), text)


def _test(words: tuple[str, ...], text: str) -> _Test:
    fetch, *rest = words
    method, ignoring_case, values = _flags(rest)
    unreadable = _Test("acl", (), text)
    if not values or method is None:
        return unreadable
    if _HOST.fullmatch(fetch):
        return _Test("host", tuple(values), text) if method in {"", "str"} else unreadable
    match = _PATH.fullmatch(fetch)
    if not match:
        return unreadable
    return _path_test(method or match[1] or "str", ignoring_case, values, text)


def _flags(words: list[str]) -> tuple[str | None, bool, list[str]]:
    """The match method, whether case is ignored, and the patterns; None if they are elsewhere."""
    method, ignoring_case, at = "", False, 0
    while at < len(words) and words[at].startswith("-"):
        flag = words[at]
        if flag == "--":
            at += 1
            break
        if flag == "-m" and at + 1 < len(words):
            at, method = at + 1, words[at + 1]
        elif flag == "-i":
            ignoring_case = True
        elif flag != "-n":
            return None, False, []
        at += 1
    return method, ignoring_case, words[at:]


def _path_test(method: str, ignoring_case: bool, values: list[str], text: str) -> _Test:
    if method in {"beg", "str"} and not ignoring_case:
        return _Test("prefix" if method == "beg" else "exact", tuple(values), text)
    flag = "(?i)" if ignoring_case else ""
    if method == "reg":
        return _Test("regex", tuple(flag + value for value in values), text)
    if method not in _SHAPES:
        return _Test("acl", (), text)
    before, after = _SHAPES[method]
    if method == "dir":
        values = [value.strip("/") for value in values]
    patterns = (f"{flag}{before}{re.escape(value)}{after}" for value in values)
    return _Test("regex", tuple(patterns), text)


def _route(line: Line, acls: dict[str, _Test], rewrite: str | None) -> Route:
    pool, condition = line.words[1], line.words[2:]
    matcher = " ".join(line.words)
    if not condition:
        return Route(matcher, "default", (), pool, rewrite, line.number, None)
    tests = _tests(condition, acls)
    path = [test for test in tests or () if test.kind != "host"]
    hosts = [test for test in tests or () if test.kind == "host"]
    if not tests or len(path) > 1 or len(hosts) > 1 or any(test.kind == "acl" for test in path):
        if tests and len(tests) == 1:
            matcher = tests[0].text
        return Route(matcher, "acl", condition[1:], pool, rewrite, line.number, None)
    return Route(
        matcher=tests[0].text if len(tests) == 1 else matcher,
        kind=path[0].kind if path else "default",
        values=path[0].values if path else (),
        pool=pool,
        rewrite=rewrite,
        line=line.number,
        host=" ".join(hosts[0].values) if hosts else None,
    )


def _tests(condition: tuple[str, ...], acls: dict[str, _Test]) -> list[_Test] | None:
    """The tests that must all hold; None if the condition says anything more involved."""
    if condition[0] != "if" or _OR.intersection(condition):
        return None
    tests: list[_Test] = []
    at = 1
    while at < len(condition):
        word, at = condition[at], at + 1
        if word in acls:
            tests.append(acls[word])
            continue
        end = _closing(condition, at) if word == "{" else at
        if end == at:
            return None
        inner, at = condition[at:end], end + 1
        tests.append(_test(inner, f"acl {{ {' '.join(inner)} }}"))
    return tests


def _closing(condition: tuple[str, ...], at: int) -> int:
    try:
        return condition.index("}", at)
    except ValueError:
        return at
