"""Two cases against each other: what is higher, what is alike, and what can't be told."""

from __future__ import annotations

from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING

import pytest

from logsleuth.case.ingest import ingest
from logsleuth.case.store import open_case
from logsleuth.comparing import compare
from logsleuth.formats import spec
from tests.days import SERVERS, Day, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from logsleuth.compared import Comparison, Measure, Subject


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Day], Path]:
    """Read a day into the case of a name, once."""

    @cache
    def read(name: str, day: Day) -> Path:
        folder = tmp_path_factory.mktemp(name)
        ingest([str(write(folder / "logs", day))], folder / "case.duckdb", spec.load(None))
        return folder / "case.duckdb"

    return read


@pytest.fixture
def held(read: Callable[[str, Day], Path]) -> Callable[[Day, Day], Comparison]:
    """Compare two days."""

    def held(base: Day, case: Day) -> Comparison:
        with ExitStack() as stack:
            one = stack.enter_context(open_case(read("base", base)))
            other = stack.enter_context(open_case(read("case", case)))
            return compare((one, other), ("base", "case"), whole=True)

    return held


def figure(subject: Subject, name: str) -> Measure:
    return next(m for m in subject.measures if m.name == name)


def test_what_differs_is_found_with_its_size(held: Callable[[Day, Day], Comparison]) -> None:
    found = held(Day(), Day(day=8, failing=0.2, slower=1.6))
    whole = found.subjects[0]
    failing, slow = figure(whole, "failure_rate"), figure(whole, "latency_p95_s")
    assert failing.standing == slow.standing == "higher"
    assert failing.interval is not None
    assert failing.interval.low < 0.2 * 3 / 7 < failing.interval.high
    assert slow.interval is not None
    assert slow.interval.low < 1.6 < slow.interval.high
    assert figure(whole, "requests_per_s").standing == "alike"
    (caveat,) = found.caveats
    assert caveat.why == "0% of base and 8% of case failed, and are among them"
    routes = {s.name: figure(s, "failure_rate") for s in found.subjects if s.kind == "route"}
    assert routes["GET /cart"].standing == "higher"
    # Five hundred requests without a failure don't show that there is no half percent of them.
    assert {routes[f"GET /{name}"].standing for name in ("search", "login")} == {"undecided"}


def test_few_requests_leave_it_undecided(held: Callable[[Day, Day], Comparison]) -> None:
    found = held(Day(requests=60), Day(day=8, requests=60, failing=0.1))
    whole = found.subjects[0]
    assert figure(whole, "failure_rate").standing == "undecided"
    assert figure(whole, "latency_p99_s").standing == "undecided"
    assert [c.subject for c in found.caveats if not c.prevents].count("requests") == 2


def test_shares_and_the_lines_that_ask_for_them(held: Callable[[Day, Day], Comparison]) -> None:
    found = held(Day(), Day(day=8, weights=(1, 8, 1), timeout=9))
    (pool,) = found.pools
    top = pool.servers[0]
    assert (top.server, top.observed.standing) == (SERVERS[1], "higher")
    assert top.case_configured == pytest.approx(0.8)
    assert top.observed.interval is not None
    assert top.observed.interval.low < 0.8 - 1 / 3 < top.observed.interval.high
    assert [(d.kind, d.name, d.base, d.case, d.base_where) for d in found.directives] == [
        ("server", SERVERS[1], "weight 1", "weight 8", "nginx.conf:5"),
        ("timeout", "proxy_read_timeout", "5", "9", "nginx.conf:10"),
    ]


def test_without_durations_latencies_are_not_compared(
    held: Callable[[Day, Day], Comparison],
) -> None:
    found = held(Day(), Day(day=8, durations=False))
    assert {figure(found.subjects[0], f"latency_p{q}_s").standing for q in (50, 95, 99)} == {None}
    assert [(c.subject, c.prevents) for c in found.caveats] == [("latencies", True)]


def test_other_servers_are_told_and_not_held_against_each_other(
    held: Callable[[Day, Day], Comparison],
) -> None:
    others = ("10.9.0.1:80", "10.9.0.2:80", "10.9.0.3:80")
    found = held(Day(), Day(day=8, servers=others))
    assert found.pools == ()
    assert ("shares", True) in [(c.subject, c.prevents) for c in found.caveats]
    alone = [s for s in found.subjects if s.kind == "server"]
    assert {(s.name, s.base is None, s.case is None) for s in alone} == {
        *((name, False, True) for name in SERVERS), *((name, True, False) for name in others),
    }  # fmt: skip
    assert {figure(s, "failure_rate").standing for s in alone} == {None}


def test_messages_that_are_new_and_gone(held: Callable[[Day, Day], Comparison]) -> None:
    found = held(Day(messages=("lease renewed",)), Day(day=8, messages=("pool gave up",)))
    told = {(s.kind, s.shape): (s.base, s.case) for s in found.said}
    assert set(told) == {("gone", "lease renewed"), ("new", "pool gave up")}
    assert told["new", "pool gave up"][0] == 0
    assert all(s.event and s.p_value < 0.01 for s in found.said)


def test_the_same_logs_are_said_to_be_so(held: Callable[[Day, Day], Comparison]) -> None:
    found = held(Day(), Day())
    assert [c.why for c in found.caveats] == ["both sides have the same logs: nothing can differ"]
    assert {m.standing for m in found.subjects[0].measures} <= {"alike", "undecided"}
    assert (found.pools[0].moved, found.directives, found.said) == (0.0, (), ())
