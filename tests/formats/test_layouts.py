"""A layout is read alike by splitting and by its regular expression, whatever it says."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from logsleuth.case.readers import compile_reader
from logsleuth.case.store import schema
from logsleuth.formats import bind_layouts, detect, layout, spec
from logsleuth.formats.reader import Reader, Token

NGINX = next(f for f in spec.shipped() if f.name == "nginx-access")
WORDS = st.text(st.sampled_from("abz09./?&%-_:;'\\é"), min_size=1, max_size=8)
LISTS = st.sampled_from(["-", "203.0.113.1:80", "203.0.113.1:80, 203.0.113.2:80", "a:1 : b:2"])
TIMES = st.sampled_from(["-", "0.001", "0.001, 0.002", "0.5 : -", "-, 1.000"])
STATUSES = st.sampled_from(["-", "200", "502, 200", "502 : 504"])
VALUES: dict[str, st.SearchStrategy[str]] = {
    "remote_addr": st.sampled_from(["192.0.2.1", "2001:db8::1", "unix:", "-"]),
    "remote_user": WORDS | st.just("-"),
    "request": st.sampled_from(["GET / HTTP/1.1", "", "-", "\\x16", "POST /a?b=c d HTTP/2.0"]),
    "status": st.sampled_from(["200", "499", "000"]),
    "body_bytes_sent": st.integers(0, 10**12).map(str) | st.just("-"),
    "http_referer": WORDS | st.just("-"),
    "http_user_agent": WORDS.map(lambda word: f"agent {word}") | st.just("-"),
    "request_time": st.sampled_from(["0.000", "1.5", "60.001"]),
    "upstream_addr": LISTS,
    "upstream_status": STATUSES,
    "upstream_response_time": TIMES,
    "request_id": st.sampled_from(["0f3b6c1de2a94b7c8a1d2e3f40516273", "-", "ABC"]),
}
TIME = "02/Mar/2026:10:00:00 +0100"


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A log_format and lines that nginx would write with it."""
    extra = draw(st.lists(st.sampled_from(sorted(VALUES)), max_size=6))
    names = ["remote_addr", "request", "status", "body_bytes_sent", *extra]
    wrapped = [
        draw(st.sampled_from(['"${}"', "${}", "[${}]", "k=${}", 'k="${}"'])).format(
            "{" + name + "}"
        )
        if name not in {"request", "http_user_agent"}
        else '"${' + name + '}"'
        for name in names
    ]
    text = "[$time_local] " + " ".join(wrapped)
    lines = []
    for _ in range(draw(st.integers(1, 4))):
        line = text.replace("$time_local", TIME)
        for name in names:
            line = line.replace("${" + name + "}", draw(VALUES[name]))
        lines.append(line)
    return text, lines


def _reader(text: str, lines: list[str]) -> Reader | None:
    return next(iter(bind_layouts.claims(lines, NGINX, [text])), None)


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.execute(schema())
    connection.execute(
        "create table batch (line bigint, byte_offset bigint, byte_length integer, text text)"
    )
    return connection


def _rows(query: str, lines: list[str]) -> dict[int, Any]:
    connection = _connection().begin()
    try:
        rows = [(i, 0, len(line), line + "\n") for i, line in enumerate(lines)]
        connection.executemany("insert into batch values (?, ?, ?, ?)", rows)
        connection.execute(query, {"source_id": 1})
        return {row[1]: row for row in connection.execute("select * from records").fetchall()}
    finally:
        connection.rollback()


@settings(max_examples=60, deadline=None)
@given(cases())
def test_splitting_and_matching_give_the_same_columns(case: tuple[str, list[str]]) -> None:
    text, lines = case
    reader = _reader(text, lines)
    if reader is None:
        return
    told = tuple(s for s in reader.shapes if s.tokens == layout.tokens(text))
    for shape in told:
        queries = compile_reader(Reader("x", "balancer", "end", (shape,)))
        if len(queries) < 2:
            continue
        split, matched = (_rows(query, lines) for query in queries)
        assert {i: split[i] for i in split if i in matched} == {
            i: matched[i] for i in matched if i in split
        }


PIECES = st.sampled_from(
    ["$status", "${request}", "$1", "$a$b", '"', "'", "\\", "'; drop table records; --", " ", "[",
     "(?P<x>", "{", "}", "\u2002", "\ue001", "$time_local", ", ", ")"]
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60).map("$time_local {}".format) | st.lists(PIECES).map("".join))
def test_hostile_layouts_are_compiled_safely(text: str) -> None:
    tokens = layout.tokens(text)
    assert layout.text(tokens).replace("{", "").replace("}", "") == text.replace("{", "").replace(
        "}", ""
    )
    re.compile(layout.pattern(tokens))
    line = f"a '; drop table records; -- {text}"
    detect.detect([line, line], spec.shipped(), [detect.Hint("nginx-access", text)])


def test_a_layout_of_sql_does_no_harm() -> None:
    text = '$remote_addr \'; drop table records; -- [$time_local] "$request" $status $bytes_sent'
    line = f'192.0.2.1 \'; drop table records; -- [{TIME}] "GET / HTTP/1.1" 200 1'
    reader = _reader(text, [line])
    assert reader is not None
    for query in compile_reader(reader):
        assert [row[5] for row in _rows(query, [line]).values()] in ([None], [])


def test_a_repeated_variable_is_read_once() -> None:
    text = '$remote_addr [$time_local] "$request" $status $body_bytes_sent $status'
    line = f'192.0.2.1 [{TIME}] "GET / HTTP/1.1" 200 1 404'
    reader = _reader(text, [line])
    assert reader is not None
    results = [list(_rows(query, [line]).values()) for query in compile_reader(reader)]
    assert results[0] == results[1] != []


def test_touching_variables_are_bounded() -> None:
    tokens = tuple(Token(name, variable=True) for name in "abcdefgh")
    assert not layout.readable(tokens)


def test_keys_of_a_nested_json_layout_are_paths() -> None:
    text = '{"at":$msec,"up":{"addr":"$upstream_addr","x":{"s":${upstream_status}}},"n":"a$host"}'
    assert layout.json_variables(text) == {
        "at": "msec", "up\x1faddr": "upstream_addr", "up\x1fx\x1fs": "upstream_status",
    }  # fmt: skip


def test_a_json_layout_with_a_value_of_two_variables_still_names_the_others() -> None:
    assert layout.json_variables('{"a":$status.$msec,"b":"$host"}') == {"a": "status", "b": "host"}
