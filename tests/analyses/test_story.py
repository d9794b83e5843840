"""Series, timeline, shown SQL and coverage: what the document tells beside the verdict."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest

from logsleuth import verdict
from logsleuth.analyses import badness, coverage, database, series, shown, timeline, traffic
from logsleuth.case.store import open_case, write_case
from logsleuth.model import COMPONENTS, RootCause
from tests.analyses.traffic_builder import BEGIN, FOUR, Scene, facts_of, opened, window

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from logsleuth.analyses.facts import Facts
    from logsleuth.case.store import Case

UNKNOWN = RootCause("unknown", None, None, 0.0, "")


def eventful(seconds: float = 120.0, rate: float = 25.0) -> Scene:
    """A skew with a reload, an overload, slow statements and lines of all layers."""
    scene = Scene(seconds, rate)
    onset = seconds / 2
    scene.give(scene.between(onset), {"web-1": 7, "web-2": 1, "web-3": 1, "web-4": 1})
    scene.fail(scene.part(scene.between(onset) & scene.on("web-1"), 0.6), 503, 2.0)
    scene.say("balancer", onset - 0.5, "New worker (2) forked", level="warning")
    for at in np.linspace(onset + 1, seconds - 1, 8).tolist():
        scene.say("application", at, "all workers busy", instance="web-1", level="warning")
        scene.statement(at, "select * from carts where id = 3", 1.5)
    scene.applications()
    scene.checkpoints(seconds / 8)
    return scene


@pytest.mark.parametrize(("seconds", "rate"), [(2, 40), (60, 20), (3600, 2), (86400, 0.1)])
def test_bins_hold_every_request_once_and_are_few(
    case_of: Callable[[Scene], Case], seconds: float, rate: float
) -> None:
    scene = eventful(seconds, rate)
    case = case_of(scene)
    requests = traffic.read(case)
    judged = badness.judge(requests)
    drawn = series.build(case, requests, judged.unanswered)
    assert sum(one.requests for one in drawn.traffic) == len(scene)
    assert sum(one.failed for one in drawn.traffic) == judged.unanswered.sum()
    assert sum(one.requests for one in drawn.shares) == len(scene)
    assert sum(one.failed for one in drawn.shares) == judged.unanswered.sum()
    assert len(drawn.traffic) <= 242
    assert len({one.ts for one in drawn.shares}) <= 82
    assert {one.server for one in drawn.shares} == set(FOUR)


def test_bins_begin_on_the_hour_they_show(case_of: Callable[[Scene], Case]) -> None:
    case = case_of(Scene(600, 10))
    requests = traffic.read(case)
    drawn = series.build(case, requests, badness.judge(requests).failed)
    assert drawn.bin_s == 5
    assert drawn.traffic[0].ts == datetime.fromtimestamp(BEGIN, UTC)
    steps = {(b.ts - a.ts).total_seconds() for a, b in pairwise(drawn.traffic)}
    assert steps == {5.0}


def test_a_bin_without_known_times_has_none(case_of: Callable[[Scene], Case]) -> None:
    scene = Scene(60, 5)
    scene.duration_s[scene.between(30, 31)] = np.nan
    requests = scene.traffic()
    drawn = series.build(case_of(scene), requests, badness.judge(requests).failed)
    [one] = [b for b in drawn.traffic if b.ts.timestamp() == BEGIN + 30 and b.requests]
    assert one.latency_p50_s is one.latency_p95_s is None


def test_lanes_count_what_each_layer_said(case_of: Callable[[Scene], Case]) -> None:
    case = case_of(eventful())
    requests = traffic.read(case)
    drawn = series.build(case, requests, badness.judge(requests).failed)
    counts: dict[tuple[str, str], int] = {}
    for one in drawn.lanes:
        counts[one.component, one.kind] = counts.get((one.component, one.kind), 0) + one.count
    assert counts == {
        ("application", "warnings"): 8,
        ("balancer", "warnings"): 1,
        ("database", "slow statements"): 8,
    }


def test_no_traffic_gives_no_series(case_of: Callable[[Scene], Case]) -> None:
    scene = Scene(1, 0)
    scene.say("database", 5.0, "checkpoint starting: time")
    case = case_of(scene)
    requests = traffic.read(case)
    drawn = series.build(case, requests, badness.judge(requests).failed)
    assert (drawn.traffic, drawn.shares, drawn.lanes) == ((), (), ())


def test_the_timeline_is_in_order_and_has_the_turning_points(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(eventful())
    told = timeline.build(facts, UNKNOWN)
    assert [m.ts for m in told] == sorted(m.ts for m in told)
    kinds = [m.kind for m in told]
    assert kinds.count("onset") == 1
    assert {"change", "onset", "shares", "words", "statements"} == set(kinds)
    assert "end" not in kinds
    onset = next(m for m in told if m.kind == "onset")
    assert onset.ts.timestamp() == pytest.approx(facts.window.onset, abs=1e-3)
    assert {m.component for m in told} <= {*COMPONENTS, "unknown"}
    assert all(m.title and len(m.title) <= 200 for m in told)


def test_an_incident_that_is_over_has_its_end_in_the_timeline(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene()
    scene.fail(scene.part(scene.between(40, 70), 0.6))
    facts = gathered(scene)
    told = timeline.build(facts, UNKNOWN)
    assert [m.kind for m in told] == ["onset", "end"]


def test_of_a_thousand_changes_those_nearest_to_the_onset_are_told(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene()
    scene.fail(scene.part(scene.between(90), 0.6))
    for number in range(200):
        scene.say("balancer", 0.5 * number, "Server web/x is UP", server=f"web-{number}")
    told = [m for m in timeline.build(gathered(scene), UNKNOWN) if m.kind == "change"]
    assert len(told) == 40
    assert all(abs(m.ts.timestamp() - BEGIN - 90) <= 11 for m in told)


# The SQL that shows a figure.

SHOWN: Final[tuple[tuple[str, dict[str, str]], ...]] = (
    ("balancer-shares", {}), ("failures-by-server", {}), ("failures-by-server", {"pool": "web"}),
    ("failures-by-route", {}), ("failures-by-status", {}), ("slowest-routes", {}),
    ("shares-per-minute", {"bucket": "5"}), ("balancer-messages", {}), ("affinity", {}),
    ("slowest-statements", {}), ("statement-rate", {}), ("database-lifecycle", {}),
    ("instances", {}), ("requests-per-minute", {}), ("error-messages", {}),
    ("route-by-pool", {"moment": shown.moment(BEGIN + 60)}), ("lock-waits", {}),
    ("connection-errors", {}), ("database-errors", {}), ("releases", {}),
)  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    scene = eventful()
    scene.say("database", 80.0, "process 7 still waiting for ShareLock on transaction 9 after 1 ms")
    scene.say("balancer", 61.0, "Server web/web-1 is UP", server="web-1", level="info")
    scene.say("application", 79.0, "served", status=200, route="/home", release="r2", level="info")
    scene.say("database", 81.0, "received fast shutdown request")
    scene.say("application", 82.0, "psycopg.OperationalError: connection refused", instance="web-1")
    folder = tmp_path_factory.mktemp("shown")
    scene.write(folder / "case.duckdb")
    return folder / "case.duckdb"


@pytest.mark.parametrize(("name", "values"), SHOWN, ids=[name for name, _ in SHOWN])
def test_shown_sql_is_plain_and_gives_rows(told: Path, name: str, values: dict[str, str]) -> None:
    text = shown.shown(name, window(60.0, 110.0), **values)
    assert not re.search(r"\$[a-z]", text)
    with open_case(told) as case:
        assert case.rows(text)


def test_the_window_is_written_into_shown_sql() -> None:
    text = shown.shown("failures-by-server", window(60.0, 110.0))
    assert "'2026-03-01 10:01:00" in text
    assert "'2026-03-01 10:01:50" in text


def test_values_with_quotes_stay_values(told: Path) -> None:
    text = shown.shown("failures-by-server", pool="o'brien'; select 1 --")
    with open_case(told) as case:
        assert case.rows(text) == []


def test_every_query_of_every_check_runs_on_the_case(tmp_path: Path) -> None:
    from logsleuth.faults import FAULTS

    with opened(eventful(), tmp_path) as case:
        facts = facts_of(case)
        standing = verdict.ranked([one for fault in FAULTS for one in fault.examine(facts)])
        held = verdict.exonerations(facts)
        checks = [c for h in verdict.hypotheses(standing, None, held) for c in h.checks]
        texts = {check.query for check in checks if check.query}
        assert len(texts) >= 5
        for text in texts:
            case.rows(text)


# What was read.


def test_layers_that_say_nothing_are_warned_of(case_of: Callable[[Scene], Case]) -> None:
    case = case_of(Scene(60, 5))
    assert coverage.roles(case) == {"balancer"}
    assert [w.partition(":")[0] for w in coverage.warnings(case)] == [
        "no log of the application",
        "no log of the database",
    ]


def test_without_a_balancer_the_reader_is_told_what_cannot_be_judged(
    case_of: Callable[[Scene], Case],
) -> None:
    scene = Scene(1, 0)
    scene.say("application", 5.0, "served", status=200, route="/home")
    told = coverage.warnings(case_of(scene))
    assert told[0].startswith("no balancer's log")


def test_a_log_without_servers_is_told_how_to_get_them(case_of: Callable[[Scene], Case]) -> None:
    scene = Scene(60, 5, product="nginx-access", pool="")
    scene.server[:] = scene.first[:] = ""
    assert any("$upstream_addr" in w for w in coverage.warnings(case_of(scene)))


def test_zones_that_lines_do_not_state_are_warned_of(tmp_path: Path) -> None:
    scene = eventful()
    path = tmp_path / "case.duckdb"
    scene.write(path)
    with write_case(path) as connection:
        connection.execute("update sources set zone = 'assumed UTC' where role = 'application'")
        connection.execute(
            "update sources set zone = 'inferred', zone_shift_s = -12600 where role = 'database'"
        )
        connection.execute(
            "update sources set lines = lines + 3, rejected = 3 where role = 'balancer'"
        )
        connection.execute("insert into meta values ('problem:1', 'half.gz: cut off')")
    with open_case(path) as case:
        told = coverage.warnings(case)
        zones = {s.path: s.zone for s in coverage.sources(case)}
    assert "application.log: its times have no zone and nothing tells it; UTC is assumed" in told
    assert "database.log: its times have no zone; inferred -03:30 fits the other sources" in told
    assert any(w.startswith("lb.log: 3 of") for w in told)
    assert told[-1] == "half.gz: cut off"
    assert zones["database.log"] == "inferred -03:30"
    assert zones["lb.log"] == "stated"


def test_a_database_is_read_beside_traffic_of_another_time(
    case_of: Callable[[Scene], Case],
) -> None:
    scene = Scene(60, 5)
    scene.say("database", 9000.0, "checkpoint starting: time")
    facts = database.examine(case_of(scene), window(30.0, 60.0))
    assert (facts.events, facts.during) == (1, 0)
