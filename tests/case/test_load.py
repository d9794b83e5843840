"""Lines split at quotes give what the slower queries give, and refused ones are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logsleuth.case import load, stamps
from logsleuth.case.ingest import read_with
from logsleuth.case.store import write_case
from logsleuth.formats import spec

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from logsleuth.case.account import Account

GOOD = [
    f'192.0.2.{n} - - [01/Mar/2026:10:00:{n:02d} +0100] "GET /cart/{n}?a=b HTTP/1.1" 200 512 "-" '
    f'"curl/8" "10.0.0.{n % 3}:80" 200 0.0{n:02d} 9f3a1c44d1e84b6fa0c2b1d3e5f606{n:02d}'
    for n in range(1, 30)
]
ODD = [
    GOOD[0].replace('"10.0.0.1:80" 200', '"10.0.0.1:80, 10.0.0.2:80" 502, 200'),
    GOOD[1].replace(" 200 512", " 2e2 512"),
    GOOD[2].replace("01/Mar", "32/Mar"),
    GOOD[3].replace('"-"', '"a " quote"'),
    GOOD[4][:60],
    GOOD[5] + "\r",
    GOOD[6].replace("curl", "cu\rrl"),
    GOOD[7].replace("curl", "cu\0rl"),
    GOOD[8].replace("curl", "Zoë"),
    GOOD[9].replace("[01", "01"),
    GOOD[10].replace("GET /", "\\x16\\x03 /"),
    GOOD[11] + " ",
    GOOD[12].replace("192.0.2.13", "\ufeff192.0.2.13"),
    "",
    "  ",
    "\x1f\x8b rubbish",
]
COLUMNS = (
    "line, byte_offset, byte_length, ts, client, method, path, query, protocol, status, bytes,"
    " server, servers, upstream_status, upstream_statuses, duration_s, user_agent, referer,"
    " request_uuid, request_text"
)


@pytest.fixture(scope="module")
def connection(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[duckdb.DuckDBPyConnection]:
    with write_case(tmp_path_factory.mktemp("case") / "c.duckdb") as opened:
        yield opened


def loaded(
    connection: duckdb.DuckDBPyConnection, data: bytes, size: int = 1 << 20
) -> tuple[Account, list[tuple[object, ...]], list[tuple[object, ...]]]:
    """The account of some bytes, its records and its rejects."""
    sample = "\n".join(GOOD).encode()
    reader = read_with(sample, spec.shipped(), [])
    connection.execute("begin")
    try:
        account = load.load(
            connection,
            1,
            lambda: (data[i : i + size] for i in range(0, len(data), size)),
            reader,
            lambda _lines, _rejected: None,
        )
        records = connection.execute(f"select {COLUMNS} from records order by line").fetchall()
        refused = connection.execute(
            "select line, lines, byte_offset, byte_length, reason, head from rejects order by line"
        ).fetchall()
    finally:
        connection.execute("rollback")
    return account, records, refused


def check(data: bytes, account: Account, records: list[tuple[object, ...]]) -> None:
    physical = data.count(b"\n") + (bool(data) and not data.endswith(b"\n"))
    assert account.lines == physical
    parts = account.events + account.continuation + account.rejected + account.blank
    assert account.lines == parts
    assert account.events == len(records)
    lines = data.split(b"\n")
    for line, offset, length, *_ in records:
        assert data[offset : offset + length] == lines[line - 1].removesuffix(b"\r")  # type: ignore[operator,index]


def test_a_clean_file_is_read_in_one_statement(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load._Loader, "read", None)
    data = "".join(f"{line}\n" for line in GOOD).encode()
    account, records, refused = loaded(connection, data)
    check(data, account, records)
    assert (account.events, account.rejected, refused) == (len(GOOD), 0, [])


@settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    lines=st.lists(st.sampled_from([*GOOD[:4], *ODD]), min_size=1, max_size=12),
    size=st.integers(1, 900),
    open_end=st.booleans(),
)
def test_splitting_first_gives_what_the_slow_queries_give(
    connection: duckdb.DuckDBPyConnection, lines: list[str], size: int, open_end: bool
) -> None:
    data = "\n".join(lines).encode() + (b"" if open_end else b"\n")
    fast = loaded(connection, data, size)
    check(data, fast[0], fast[1])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(load, "compile_cut", lambda _reader: ())
        slow = loaded(connection, data, size)
    assert fast[1:] == slow[1:]


def test_refused_lines_are_kept_as_they_were(connection: duckdb.DuckDBPyConnection) -> None:
    bad = [b"\xff\xfe rubbish", b"nul \0 byte", b'{"half": ', b"x" * 5000]
    data = GOOD[0].encode() + b"\n" + b"\n".join(bad)
    account, records, refused = loaded(connection, data)
    check(data, account, records)
    assert [row[5] for row in refused] == [line[:2048] for line in bad]
    assert [row[3] for row in refused] == [len(line) for line in bad]
    assert [str(row[4]).split()[0] for row in refused] == ["does", "holds", "not", "does"]


def test_what_waits_is_bounded(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "_WAITING", 300)
    data = "".join(f"{line}\nrubbish number {n}\n" for n, line in enumerate(GOOD)).encode()
    account, records, refused = loaded(connection, data, 400)
    check(data, account, records)
    assert (len(records), len(refused)) == (len(GOOD), len(GOOD))


@pytest.mark.parametrize(("appended", "told"), [(True, False), (False, True)])
def test_a_file_that_changes_between_readings_is_told(
    connection: duckdb.DuckDBPyConnection,
    monkeypatch: pytest.MonkeyPatch,
    appended: bool,
    told: bool,
) -> None:
    # The query finds out that a line isn't what it seems, so the file is read again.
    monkeypatch.setattr(stamps, "LAYOUTS", {})
    first = f"{GOOD[0]}\n{ODD[2]}\n".encode()
    second = first + b"more\n" if appended else b"another\n" + first
    versions = [first, second]
    connection.execute("begin")
    try:
        account = load.load(
            connection,
            1,
            lambda: iter([versions.pop(0)]),
            read_with("\n".join(GOOD).encode(), spec.shipped(), []),
            lambda _lines, _rejected: None,
        )
    finally:
        connection.execute("rollback")
    assert account.problems == ["has changed while it was read"] * told
    assert account.lines == account.events + account.rejected == 2


def test_a_file_in_no_format_is_one_run(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("begin")
    account = load.load(
        connection, 1, lambda: iter([b"a\0b\n", b"c"]), None, lambda _lines, _rejected: None
    )
    rows = connection.execute("select line, lines, byte_length, reason from rejects").fetchall()
    connection.execute("rollback")
    assert (account.lines, account.rejected, account.bytes) == (2, 2, 5)
    assert rows == [(1, 2, 5, "binary data")]


def test_an_empty_file_has_no_lines(connection: duckdb.DuckDBPyConnection) -> None:
    account, records, refused = loaded(connection, b"")
    assert (account.lines, records, refused) == (0, [], [])
