"""What the canned queries say of what applications, databases and sources wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from logsleuth.case.store import open_case
from tests.queries.filled import ONE, REQUEST_ID, TWO, fill, moment, results

if TYPE_CHECKING:
    from pathlib import Path

    from logsleuth.case.store import Case


def test_a_request_is_followed_from_the_outside_in(filled: Case) -> None:
    for word in (REQUEST_ID, "9F3A1C44-D1E8-4B6F-A0C2-B1D3E5F60718"):
        rows = results(filled, "follow-request", id=word)
        assert [row["role"] for row in rows][:2] == ["balancer", "application"]
        assert [row["found_by"] for row in rows][:2] == ["request id", "request id"]
    rows = results(filled, "follow-request", id=REQUEST_ID)
    assert [row["event_id"][0] for row in rows] == ["1", "3", "4"]
    assert [row["began"] for row in rows] == sorted(row["began"] for row in rows)
    assert (rows[0]["began"], rows[0]["ended"]) == (moment("10:00:01"), moment("10:00:10"))
    assert rows[2]["found_by"] == "mention"


def test_a_short_id_is_not_looked_for_in_texts(filled: Case) -> None:
    assert results(filled, "follow-request", id="1") == []


def test_statements_differ_by_their_shape_only(filled: Case) -> None:
    rows = results(filled, "slowest-statements")
    assert rows[0]["fingerprint"] == "select * from carts where id = ? and name = ? and k in (?)"
    assert (rows[0]["statements"], rows[0]["total_s"], rows[0]["max_s"]) == (2, 8.0, 7.0)
    assert rows[0]["slowest_event_id"] == "444444444444:1"
    assert (rows[1]["fingerprint"], rows[1]["failures"], rows[1]["total_s"]) == (
        "update x",
        1,
        None,
    )


def test_new_messages_are_new_in_shape(filled: Case) -> None:
    rows = {row["shape"]: row for row in results(filled, "new-messages")}
    assert "relation ? is not there" not in rows
    assert "checkpoint starting: time" not in rows
    lost = rows["cart # lost"]
    assert (lost["messages"], lost["first_event_id"]) == (2, "333333333333:3")
    assert lost["role_messages_before"] == 0
    assert rows["deadlock detected"]["role_messages_before"] == 2


def test_new_messages_until(filled: Case) -> None:
    rows = results(filled, "new-messages", role="database", until="2026-03-01T10:02:02Z")
    assert [row["shape"] for row in rows] == ["received fast shutdown request"]


def test_messages_of_one_shape_are_one_row(filled: Case) -> None:
    (lost, *_) = results(filled, "error-messages", role="application")
    assert (lost["shape"], lost["messages"], lost["instances"]) == ("cart # lost", 2, 1)


def test_database_errors_by_minute(filled: Case) -> None:
    rows = results(filled, "database-errors")
    relation = [row for row in rows if row["shape"] == "relation ? is not there"]
    assert [(row["ts"].minute, row["level"]) for row in relation] == [(0, "error"), (2, "fatal")]


def test_the_life_of_the_database_in_order(filled: Case) -> None:
    kinds = [row["kind"] for row in results(filled, "database-lifecycle")]
    assert kinds == ["checkpoint", "shutdown", "start"]
    (row,) = results(filled, "database-lifecycle", kind="shutdown")
    assert row["event_id"] == "444444444444:5"


def test_lock_waits(filled: Case) -> None:
    waiting, deadlock = results(filled, "lock-waits")
    assert (waiting["kind"], waiting["waited_s"]) == ("waiting", pytest.approx(1.0005))
    assert (deadlock["kind"], deadlock["statement"]) == ("deadlock", "UPDATE x")


def test_connection_errors(filled: Case) -> None:
    rows = results(filled, "connection-errors")
    assert [(row["role"], row["kind"], row["messages"]) for row in rows] == [
        ("database", "exhausted", 1),
        ("balancer", "refused", 2),
    ]


def test_what_the_balancer_says(filled: Case) -> None:
    rows = results(filled, "balancer-messages")
    assert [(row["kind"], row["messages"]) for row in rows] == [
        ("connect failed", 2),
        ("no server left", 1),
        ("server down", 1),
    ]


def test_instances_and_their_wait_for_the_database(filled: Case) -> None:
    (row,) = results(filled, "instances")
    assert (row["instance"], row["requests"], row["failure_rate"]) == ("app-1", 2, 0.5)
    assert row["database_share"] == pytest.approx(7 / 8)
    (row,) = results(filled, "instances", since="2026-03-01T10:02:00Z")
    assert (row["database_share"], row["database_p50_s"]) == (None, None)


def test_releases_in_the_order_of_their_arrival(filled: Case) -> None:
    assert [row["release"] for row in results(filled, "releases")] == ["r1", "r2"]


def test_rejected_lines_are_shown_whatever_their_bytes(filled: Case) -> None:
    (row,) = results(filled, "rejected-lines")
    assert (row["lines"], row["first_line"], row["last_line"]) == (3, 97, 99)
    assert row["example"] == "\\xFFz"
    assert row["share_of_lines"] == pytest.approx(3 / 12)


def test_silences_within_a_source_and_at_its_end(filled: Case) -> None:
    rows = {(row["path"], row["gap_s"]): row for row in results(filled, "silent-gaps", top="1")}
    within = rows["nginx-access.log", 90.0]
    assert (within["event_id_before"], within["event_id_after"]) == (
        "111111111111:4",
        "111111111111:5",
    )
    at_the_end = rows["deploys.log", 80.0]
    assert at_the_end["event_id_after"] is None
    assert results(filled, "silent-gaps", at_least="1h") == []


def test_statement_rate_and_its_silent_minute(filled: Case) -> None:
    rows = results(filled, "statement-rate")
    assert [(row["statements"], row["timed"], row["failures"]) for row in rows] == [
        (2, 2, 0),
        (0, 0, 0),
        (1, 0, 1),
    ]
    assert (rows[1]["p95_s"], rows[2]["total_s"]) == (None, None)


def test_where_time_went_sets_the_instance_beside_its_server(tmp_path: Path) -> None:
    path = tmp_path / "case.duckdb"
    fill(path, "insert into aliases values ('app-1', '10.0.0.1:8080', 'web', 'requests')")
    with open_case(path) as case:
        rows = results(case, "where-time-went", onset="2026-03-01T10:02:00Z")
    by_place = {(row["server"], row["period"]): row for row in rows}
    first = by_place[ONE, "before"]
    assert first["instance"] == "app-1"
    assert first["application_p50_s"] is not None
    assert first["waited_p50_s"] is not None
    assert first["queue_p50_s"] is None
    assert by_place[TWO, "before"]["instance"] is None
    assert {period for _, period in by_place} == {"before", "during"}
