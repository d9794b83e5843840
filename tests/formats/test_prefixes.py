"""log_line_prefix of PostgreSQL: any escapes in any order, from its configuration or the user."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logsleuth.formats import spec, syntax_postgresql, syntaxes
from tests.formats.engine import differences, one, read

if TYPE_CHECKING:
    from pathlib import Path

STAMP = "2026-03-02 10:15:01.204 CET"
KNOWN = {"user_name": "shop", "database": "orders", "pid": 4711, "client": "192.0.2.30"}
# By escape: what the server writes for a session, and for a process of its own.
WRITTEN = {
    "%a": ("psql - NON", ""), "%u": ("shop", ""), "%d": ("orders", ""),
    "%r": ("192.0.2.30(5432)", ""), "%h": ("192.0.2.30", ""), "%p": ("4711", "80"),
    "%m": (STAMP, STAMP), "%t": (STAMP.replace(".204", ""),) * 2, "%n": ("1772442901.204",) * 2,
    "%e": ("00000", "00000"), "%l": ("3", "1"), "%c": ("65e2f3a1.12", "65e2f3a0.1"),
    "%s": (STAMP.replace(".204", ""),) * 2, "%v": ("3/57", ""), "%x": ("0", "0"),
    "%i": ("idle in transaction", ""), "%b": ("client backend", "checkpointer"),
    "%Q": ("-3416356442043621232", "0"), "%P": ("", ""), "%%": ("%", "%"),
    "%-10u": ("shop      ", " " * 10), "%10d": ("    orders", " " * 10),
}  # fmt: skip


def written(prefix: str, *, session: bool) -> str:
    """The prefix as the server fills it in."""
    text = prefix if session else prefix.split("%q", 1)[0]
    return re.sub(
        r"%(?:-?\d+)?[A-Za-z%]", lambda m: WRITTEN[m[0]][not session], text.replace("%q", "")
    )


def lines(prefix: str) -> str:
    begin, own = written(prefix, session=True), written(prefix, session=False)
    return (
        f"{begin}LOG:  duration: 12.500 ms  statement: SELECT 1\n"
        f"{begin}ERROR:  division by zero\n{begin}STATEMENT:  SELECT 1/0\n\t, 2\n"
        f"{own}LOG:  checkpoint starting: time\n"
    )


@pytest.mark.parametrize(
    "prefix",
    ["%m [%p] %q%u@%d %h ", "%d %u %p %h %m ", "<%n %d/%u>%p,%h: ",
     "%u|%d|%r|%a|%e|%l|%c|%-10u|%m|%p|%q%v/%x> ", "%t [%p]: db=%d,user=%u,app=%a,client=%h ",
     "%m;%10d;%u;%p;%r;%i;%b;",
     "%t:%r:%u@%d:[%p]:"],
)  # fmt: skip
def test_the_prefix_in_the_configuration_is_the_parser(prefix: str, tmp_path: Path) -> None:
    conf = f"# log_line_prefix = '%u'\nlog_line_prefix = '%p'\nlog_line_prefix='{prefix}' # last\n"
    file = read(tmp_path, {"postgresql.conf": conf, "pg.log": lines(prefix)})["pg.log"]
    assert (file.format, file.events, file.continuation, file.rejected) == ("postgresql", 3, 2, 0)
    timed, failed, own = file.records
    whole = ".204" if "%t" not in prefix else ""
    expect: dict[str, Any] = KNOWN | {"ts": f"2026-03-02T09:15:01{whole}"}
    assert differences(expect | {"duration_s": 0.0125, "statement": "SELECT 1"}, timed) == []
    assert differences(expect | {"statement": "SELECT 1/0\n\t, 2"}, failed) == []
    assert (own["pid"], own["user_name"], own["client"]) == (80, None, None)


def test_the_user_may_tell_it(tmp_path: Path) -> None:
    prefix = "%d %u %p %h %m "
    file = read(tmp_path, {"pg.log": lines(prefix)}, spec.load(None, [prefix]))["pg.log"]
    assert differences(KNOWN, file.records[0]) == []


def test_a_prefix_of_another_server_does_no_harm(tmp_path: Path) -> None:
    conf = "log_line_prefix = '%u %d %m '\n"
    texts = {"postgresql.conf": conf, "pg.log": lines("%m [%p] %q%u@%d ")}
    record = read(tmp_path, texts)["pg.log"].records[0]
    assert differences({"user_name": "shop", "database": "orders", "pid": 4711}, record) == []


def test_sessions_that_are_not_known_yet_have_no_names(tmp_path: Path) -> None:
    conf = "log_line_prefix = '%m %u %d %h %p '\n"
    line = f"{STAMP} [unknown] [unknown] [local] 90 LOG:  connection received: host=[local]\n"
    record = read(tmp_path, {"postgresql.conf": conf, "pg.log": line})["pg.log"].records[0]
    known = (record["user_name"], record["database"], record["client"], record["pid"])
    assert known == (None, None, None, 90)


@pytest.mark.parametrize(
    ("text", "syntax"),
    [("%m [%p] ", "postgresql"), ("log_line_prefix = '%h '", "postgresql"),
     ("%t:%r:%u@%d:[%p]:", "postgresql"), ('%h %l %u %t "%r" %>s %b', "apache"),
     ("%h %p %t %s %m", "apache"), ("%v:%p %h %t %m %U%q %s %D", "apache"),
     ("%ci:%cp [%tr] %ft %b/%s %ST", "haproxy"), ("%START_TIME% %PROTOCOL%", "envoy")],
)  # fmt: skip
def test_it_is_told_from_the_format_strings_of_others(text: str, syntax: str) -> None:
    assert syntaxes.recognise(text) == syntax


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([*WRITTEN, "%q", "%z", "%", "'", "\\", "(?P<x>", "{{", " ", "["])))
def test_any_prefix_is_compiled(pieces: list[str]) -> None:
    pattern = "^" + syntax_postgresql.pattern("".join(pieces))
    re.compile(pattern)
    duckdb.execute("select regexp_matches('a', ?)", [pattern]).fetchall()


def test_a_quote_in_the_setting_is_doubled() -> None:
    assert syntax_postgresql.settings("log_line_prefix = 'a''b\\'c '\n") == ["a'b'c "]


def test_nothing_is_told_by_other_files(tmp_path: Path) -> None:
    assert one(tmp_path, lines("%m [%p] ")).records[0]["pid"] == 4711
