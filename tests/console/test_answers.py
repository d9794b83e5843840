"""Answers of every command: each format from each, times as they are meant, settings obeyed."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from logsleuth import investigation
from logsleuth.case.store import open_case
from logsleuth.investigation import investigate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from logsleuth.model import Investigation
    from tests.conftest import Ran

STYLES = ("table", "json", "jsonl", "csv", "md", "parquet")
DAY = "2026-03-01T10:00"


def answers(case: Path, evidence: Path) -> list[list[str]]:
    told = str(case)
    return [
        ["query", "failures-by-server", "--case", told], ["query", "--list"],
        ["sql", "--case", told, "select event_id, started, failed from requests order by all"],
        ["timeline", told], ["shares", told], ["coverage", told], ["explain"],
        ["explain", "outage"], ["formats"], ["formats", str(evidence / "postgresql.log")],
        ["waterfall", "--failed", "1", told], ["note", "--case", told],
    ]  # fmt: skip


@pytest.fixture(scope="module")
def told(case: Path) -> Investigation:
    with open_case(case) as opened:
        return investigate(opened)


@pytest.mark.parametrize("style", STYLES)
def test_every_command_writes_every_format(
    run: Callable[..., Ran],
    case: Path,
    read_evidence: Path,
    told: Investigation,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    style: str,
) -> None:
    monkeypatch.setattr(investigation, "investigate", lambda _case: told)
    for place, words in enumerate(answers(case, read_evidence)):
        target = tmp_path / f"{place}.{'txt' if style == 'table' else style}"
        ran = run(*words, "-o", target)
        assert (ran.status, ran.out) == (0, ""), words
        data = target.read_bytes()
        assert data or style == "jsonl", words
        if style == "parquet":
            kinds = pq.read_table(io.BytesIO(data)).schema.types
            assert kinds, words
            assert not any(pa.types.is_null(kind) for kind in kinds), words
            again = tmp_path / "again.parquet"
            run(*words, "--format", style, "-o", again)
            assert again.read_bytes() == data, words
        else:
            assert run(*words, "-f", style).out == data.decode(), words


def test_shown_lines_are_rows_where_that_is_wanted(run: Callable[..., Ran], case: Path) -> None:
    sql = "select event_id from events where line = 5 and role = 'application'"
    [event] = json.loads(run("sql", "--case", case, "-f", "json", sql).out)
    ran = run("show", event["event_id"], "--case", case, "-C", "1", "-f", "json")
    rows = json.loads(ran.out)
    assert [(row["part"], row["line"]) for row in rows] == [
        ("before", 4), ("record", 5), ("after", 6)
    ]  # fmt: skip
    assert rows[1]["text"].startswith('{"ts": "2026-03-01T10:00:05Z"')
    refused = run("show", event["event_id"], "--case", case, "--raw", "-f", "json")
    assert refused.status == 2


def started(ran: Ran) -> list[str]:
    return [row["started"] for row in json.loads(ran.out)]


def test_times_of_queries_as_people_type_them(run: Callable[..., Ran], case: Path) -> None:
    words = ("query", "slow-requests", "--case", case, "-p", "top=1000", "-f", "json")
    whole = started(run(*words))
    # The balancer's last line is of 10:00:59.
    for since, says in (("-10s", "49"), ("10 sec ago", "49"), ("10:00:49", "49")):
        ran = run(*words, "--since", since)
        assert started(ran), since
        assert ran.err == f"since {DAY}:{says}Z\n"
        # Requests began before their lines were written, by up to 59 ms.
        assert len(started(ran)) == sum(ts >= f"{DAY}:{says}" for ts in whole), since
    told = started(run(*words, "-p", "since=11:00:10", "--until", "+5s", "--tz", "Europe/Berlin"))
    assert told
    assert all(f"{DAY}:10" <= ts < f"{DAY}:15" for ts in told)
    stamped = run(*words, "--since", f"{DAY}:49Z")
    assert (stamped.err, len(started(stamped)) > 0) == ("", True)


def test_ends_that_do_nothing_are_refused(run: Callable[..., Ran], case: Path) -> None:
    words = ("--case", case, "--since", "10:00")
    for command in (
        ["query", "sources", *words],
        ["query", "slow-requests", "-p", "since=10:00", *words],
        ["query", "slow-requests", *words, "--until", "9:00"],
        ["query", "slow-requests", *words, "--tz", "Europe/Berln"],
        ["sql", "select 1", *words],
        ["sql", "select $until", *words],
        ["sql", "select $since, $x", *words],
    ):
        ran = run(*command)
        assert (ran.status, ran.out) == (2, ""), command
        assert "\n  hint: " in ran.err, command
    assert "did you mean Europe/Berlin?" in run(
        "query", "slow-requests", *words, "--tz", "Europe/Berln"
    ).err  # fmt: skip


def test_a_statement_gets_its_ends(run: Callable[..., Ran], case: Path) -> None:
    counted = "select count(*) as n from requests where started >= $since and started < $until"
    ran = run("sql", counted, "--case", case, "--since", "10:00", "--until", "+30s", "-f", "json")
    assert ran.status == 0
    every = json.loads(run("sql", "--case", case, "-f", "json", "from requests").out)
    inside = [row for row in every if f"{DAY}:00" <= row["started"] < f"{DAY}:30"]
    assert json.loads(ran.out) == [{"n": len(inside)}]
    assert 0 < len(inside) < len(every)


def test_what_is_set_holds_and_options_win(
    run: Callable[..., Ran], case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "logsleuth.toml").write_text("format = 'csv'\ntz = '+05:30'\n", "utf-8")
    monkeypatch.setenv("LOGSLEUTH_CASE", str(case))
    statement = "select min(started) as at from requests"
    assert run("sql", statement).out.startswith("at\n2026-03-01T")
    assert "+05:30" in run("sql", statement, "-f", "table").out
    assert run("sql", statement, "-o", "x.jsonl").status == 0
    assert (tmp_path / "x.jsonl").read_text("utf-8").startswith('{"at": ')
    assert run("sql", statement, "--isolated").out.startswith("at\n─")


def test_the_settings_of_reading_are_used(
    run: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app.log").write_text("2026-03-01 10:00:00,000 INFO app a\n" * 3, "utf-8")
    (tmp_path / "logsleuth.toml").write_text("assume_tz = 'Europe/Berlin'\n", "utf-8")
    for words, hour in (([], "09"), (["--assume-tz", "UTC"], "10")):
        path = tmp_path / f"{hour}.duckdb"
        assert run("ingest", "app.log", "--case", path, "-q", *words).status == 0
        ran = run("sql", "select min(ts) as ts from events", "--case", path, "-f", "csv")
        assert ran.out == f"ts\n2026-03-01T{hour}:00:00Z\n"


def test_a_file_of_evidence_runs_and_writes_nothing(
    run: Callable[..., Ran], evidence: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim = tmp_path / "victim.duckdb"
    assert run("ingest", evidence, "--case", victim, "-q").status == 0
    before = victim.read_bytes()
    monkeypatch.chdir(evidence)
    for text in (
        f"pager = 'touch {tmp_path}/owned'",
        f"case = '{victim}'",
        "case = '../victim.duckdb'",
    ):
        (evidence / "logsleuth.toml").write_text(text, "utf-8")
        for words in (["note", "10:00", "x"], ["sql", "select 1"], ["formats"]):
            ran = run(*words)
            assert ran.status == 2, (text, words)
            assert "logsleuth.toml:1: " in ran.err
    assert not (tmp_path / "owned").exists()
    assert victim.read_bytes() == before


def test_choices_are_answered_with_the_nearest(run: Callable[..., Ran]) -> None:
    for words in (["formats", "-f", "jsno"], ["formats", "--color", "nevr"]):
        ran = run(*words)
        assert ran.status == 2
        assert "hint: did you mean " in ran.err
