"""Pieces of HAProxy configuration: inheritance, words, conditions and mistakes."""

from __future__ import annotations

import pytest

from logsleuth.evidence.configuration.haproxy import read_haproxy
from logsleuth.evidence.configuration.haproxy_lines import words_of


def test_a_section_takes_from_the_last_defaults_unless_it_names_one() -> None:
    found = read_haproxy(
        "defaults one\n timeout server 1s\ndefaults two from one\n timeout queue 2s\n"
        "defaults\n balance first\nbackend a\n server x 10.0.0.1:1\n"
        "backend b from two\n server x 10.0.0.1:1\n server y 10.0.0.2:1\n"
        "backend c from none\n server x 10.0.0.1:1\n"
    )
    a, b, c = found.pools
    assert (a.algorithm, a.timeouts) == ("first", ())
    assert [timeout.seconds for timeout in b.timeouts] == [1.0, 2.0]
    assert (c.algorithm, found.problems) == ("round-robin", ("line 12: no defaults named none",))


@pytest.mark.parametrize(
    ("balance", "algorithm", "key"),
    [
        ("static-rr", "static-rr", None),
        ("first", "first", None),
        ("random(3)", "random", None),
        ("hash req.cookie(id)", "hash", "req.cookie(id)"),
        ("url_param id check_post", "url-param", "id"),
        ("rdp-cookie(user)", "rdp-cookie", "user"),
        ("rdp-cookie", "rdp-cookie", "mstshash"),
        ("uri", "uri", "uri"),
    ],
)
def test_balance(balance: str, algorithm: str, key: str | None) -> None:
    pool = read_haproxy(f"backend a\n balance {balance}\n").pools[0]
    assert (pool.algorithm, pool.key) == (algorithm, key)


@pytest.mark.parametrize(
    ("condition", "kind", "values"),
    [
        ("if { path -i /A }", "regex", ("(?i)^/A$",)),
        ("if { path_sub a.b }", "regex", (r"a\.b",)),
        ("if { path -- -a }", "exact", ("-a",)),
        ("if { path -f list }", "acl", ("{", "path", "-f", "list", "}")),
        ("if { path -m len 3 }", "acl", ("{", "path", "-m", "len", "3", "}")),
        ("if { path }", "acl", ("{", "path", "}")),
        ("if { path /a", "acl", ("{", "path", "/a")),
        ("if unknown", "acl", ("unknown",)),
        (
            "if { path /a } { path_beg /b }",
            "acl",
            ("{", "path", "/a", "}", "{", "path_beg", "/b", "}"),
        ),
        ("", "default", ()),
    ],
)
def test_conditions(condition: str, kind: str, values: tuple[str, ...]) -> None:
    route = read_haproxy(f"frontend a\n use_backend b {condition}\n").routes[0]
    assert (route.kind, route.values, route.pool) == (kind, values, "b")


def test_a_computed_backend_stays_as_written() -> None:
    found = read_haproxy("frontend a\n use_backend %[req.hdr(x),lower] if { src 10.0.0.1 }\n")
    assert found.routes[0].pool == "%[req.hdr(x),lower]"


def test_a_disabled_section_has_no_server() -> None:
    pool = read_haproxy("backend a\n disabled\n server x 10.0.0.1:1\n").pools[0]
    assert pool.intended_shares() == {}


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("10.0.0.1:80", "10.0.0.1:80"),
        ("ipv4@10.0.0.1:80", "10.0.0.1:80"),
        ("/run/a.sock", "unix:/run/a.sock"),
        ("unix@/run/a.sock", "unix:/run/a.sock"),
        ("2001:db8::1:80", "2001:db8::1:80"),
        ("10.0.0.1", "10.0.0.1"),
    ],
)
def test_addresses(written: str, address: str) -> None:
    assert read_haproxy(f"backend a\n server x {written}\n").pools[0].servers[0].address == address


def test_rewrites_of_both_sides_are_joined() -> None:
    found = read_haproxy(
        "frontend a\n http-request set-path /x\n default_backend b\n"
        "backend b\n http-request set-uri /y\n"
    )
    assert found.routes[0].rewrite == "http-request set-path /x; http-request set-uri /y"


def test_a_server_takes_back_what_was_preset() -> None:
    found = read_haproxy(
        "backend a\n default-server check backup\n server x 10.0.0.1:1 no-check no-backup\n"
    )
    assert not found.pools[0].servers[0].checked
    assert not found.pools[0].servers[0].backup


def test_a_cookie_without_values_keeps_nobody() -> None:
    text = "backend a\n cookie S insert{}\n server x 10.0.0.1:1\n"
    assert read_haproxy(text.format("")).pools[0].affinity is None
    assert read_haproxy(text.format(" dynamic")).pools[0].affinity == "cookie S"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a  b\tc\r", ("a", "b", "c")),
        (r"a\ b c\#d # e", ("a b", "c#d")),
        ("a'b \"c'd", ('ab "cd',)),
        (r'"a\"b" "$X" \x41', ('a"b', "$X", "A")),
        ("'' x", ("", "x")),
        (r"\d+ \\", (r"\d+", "\\")),
        ("end\\", ("end\\",)),
        ("a#b", ("a",)),
        ("'open", None),
        ('"open', None),
    ],
)
def test_words(text: str, words: tuple[str, ...] | None) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        ("balance first\nbackend a\n", "line 1: stands before the first section"),
        ("backend a\n balance 'first\n", "line 2: a quote is not closed"),
        ("backend a\n server x\n", "line 2: the server lacks a name or an address"),
        ("backend a\n server x a:1 weight 257\n", 'line 2: weight of "257" is not in 0 to 256'),
        ("backend a\n timeout server soon\n", 'line 2: timeout server of "soon" is no time'),
        ("backend a\n server-template s 1-99999999 h:1\n", 'line 2: can\'t make "1-99999999" serv'),
        ("backend\n", "line 1: backend lacks a name"),
        (".if defined(X)\nbackend a\n.endif\n", "line 1: the .if is not evaluated"),
    ],
)
def test_mistakes_are_told_with_their_line(broken: str, problem: str) -> None:
    found = read_haproxy(broken)
    assert found.problems[0].startswith(problem)
    assert len(found.pools) == 1


def test_hostile_repetition_ends_soon() -> None:
    lines = "defaults\n" + "retries 1\n" * 10_000 + "backend b\n" * 10_000
    assert read_haproxy(lines).problems
    assert read_haproxy("backend b\nserver-template s 4000 h:1\n" * 2_000).problems
    assert read_haproxy("frontend f\nacl a path /\n" * 5_000 + "use_backend b if" + " a" * 99_999)
