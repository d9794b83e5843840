"""What databases logged, over time: every line is counted, whatever the requests cover."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from logsleuth.analyses import database_log, series, traffic
from logsleuth.case.ingest import ingest
from logsleuth.case.store import open_case
from logsleuth.formats import spec
from tests.analyses.traffic_builder import BEGIN, Scene

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from logsleuth.case.store import Case

POSTGRES = """\
2026-03-01 10:00:00.050 UTC [2] LOG:  duration: 9500.000 ms  statement: SELECT * FROM carts WHERE id = 16
2026-03-01 10:00:00.100 UTC [1] LOG:  connection received: host=10.0.0.5 port=4001
2026-03-01 10:00:00.101 UTC [1] LOG:  connection authorized: user=shop database=orders application_name=web
2026-03-01 10:00:00.102 UTC [2] LOG:  connection received: host=10.0.0.6 port=4002
2026-03-01 10:00:00.103 UTC [2] LOG:  connection authorized: user=report database=orders
2026-03-01 10:00:01.000 UTC [3] LOG:  connection received: host=10.0.0.5 port=4003
2026-03-01 10:00:02.000 UTC [3] FATAL:  sorry, too many clients already
2026-03-01 10:00:05.000 UTC [9] LOG:  temporary file: path "base/pgsql_tmp/pgsql_tmp9.0", size 1048576
2026-03-01 10:30:00.000 UTC [2] LOG:  duration: 1500.000 ms  statement: SELECT * FROM carts WHERE id = 17
2026-03-01 10:59:00.000 UTC [2] LOG:  duration: 2500.000 ms  statement: SELECT * FROM carts WHERE id = 18
2026-03-01 10:59:30.000 UTC [2] ERROR:  deadlock detected
"""  # noqa: E501 - as the server writes them


def shopping(case_of: Callable[[Scene], Case]) -> Case:
    scene = Scene(120, 5)
    for at in (-100.0, 10.0, 20.5, 119.0, 400.0):
        scene.statement(at, f"select * from carts where id = {at}", 1.5, user_name="shop")
    for number in range(14):
        scene.statement(60, f"select {'x' * (number + 1)} from t", 0.25)
    scene.say("database", 70, "deadlock detected", level="error")
    scene.checkpoints()
    return case_of(scene)


def test_statements_are_all_there_by_kind_whatever_the_requests_cover(
    case_of: Callable[[Scene], Case],
) -> None:
    case = shopping(case_of)
    requests = traffic.read(case)
    drawn = series.build(case, requests, requests.failed)
    log, counts = drawn.database, drawn.breakdown
    assert log is not None
    assert counts is not None
    carts, *others = log.statements
    assert carts.fingerprint == "select * from carts where id = ?"
    assert (sum(carts.calls), sum(carts.took_ms), carts.who) == (5, 7500, ("shop",))
    assert len(others) == 10
    assert others[-1].fingerprint == ""
    assert sum(sum(one.calls) for one in others) == 14
    assert all(len(one.calls) == log.bins for one in log.statements)
    # Its bins are those of the requests, and more on both sides.
    earlier = (counts.since - log.since).total_seconds() / log.bin_s
    assert earlier == int(earlier) > 0
    assert log.bins > counts.bins + earlier
    began = [place for place, calls in enumerate(carts.calls) if calls]
    expected = [BEGIN + at - log.since.timestamp() for at in (-100, 10, 20.5, 119, 400)]
    assert began == [int(at // log.bin_s) for at in expected]


def test_the_gravest_words_come_first_with_the_first_line_since_the_onset(
    case_of: Callable[[Scene], Case],
) -> None:
    case = shopping(case_of)
    requests = traffic.read(case)
    log = database_log.read(case, series.build(case, requests, requests.failed).breakdown)
    late = database_log.read(case, None, onset=BEGIN + 100)
    assert log is not None
    assert late is not None
    assert [(one.level, sum(one.lines)) for one in log.words] == [("error", 1), ("info", 8)]
    assert log.words[1].first != late.words[1].first
    assert sum(late.words[1].lines) == 8


def test_a_database_alone_has_its_own_time(tmp_path: Path) -> None:
    (tmp_path / "postgresql.log").write_text(POSTGRES, encoding="utf-8")
    ingest([str(tmp_path)], tmp_path / "case.duckdb", spec.shipped())
    with open_case(tmp_path / "case.duckdb") as case:
        drawn = series.build(case, traffic.read(case), traffic.read(case).failed)
    log = drawn.database
    assert log is not None
    assert drawn.breakdown is None
    assert log.bins <= 82
    [one] = log.statements
    assert (sum(one.calls), sum(one.took_ms)) == (3, 13500)
    assert one.longest_s == pytest.approx(9.5)
    told = {one.text: (one.level, sum(one.lines)) for one in log.words}
    assert [one.level for one in log.words][:2] == ["fatal", "error"]
    assert told["connection received: host=10.0.0.5"] == ("info", 2)
    assert told["connection received: host=10.0.0.6"] == ("info", 1)
    assert told["connection authorized: user=shop database=orders"] == ("info", 1)
    assert sum(number for _, number in told.values()) == 8


def test_no_log_of_a_database_is_none(case_of: Callable[[Scene], Case]) -> None:
    case = case_of(Scene(30, 5))
    requests = traffic.read(case)
    assert series.build(case, requests, requests.failed).database is None
