"""One request through all layers: what was measured, what was inferred, and what nobody logged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from logsleuth.analyses import waterfall
from logsleuth.analyses.worked import Bounds, placed
from logsleuth.case.store import open_case
from logsleuth.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from logsleuth.case.store import Case
    from logsleuth.model import Segment, Waterfall

ID = "7bb99ad3db7ca27cf7c1c11d93f2b2f1"
ACCESS = (
    '192.0.2.7 - - [01/Mar/2026:10:00:{second} +0000] "GET {path} HTTP/1.1" {status} 5 "-" "curl/8"'
    ' upstream_addr="{server}" upstream_status="{answered}" request_time="{took}"'
    ' upstream_connect_time="{connect}" upstream_header_time="{header}"'
    ' upstream_response_time="{response}" request_id="{id}"\n'
)
WELL = {
    "path": "/home", "status": 200, "server": "10.0.0.1:8080", "answered": 200, "took": "0.100",
    "connect": "0.010", "header": "0.090", "response": "0.095", "id": "-",
}  # fmt: skip
RETRIED = {
    "second": "40", "path": "/cart", "status": 200, "server": "10.0.0.2:8080, 10.0.0.1:8080",
    "answered": "502, 200", "took": "2.100", "connect": "0.002, 0.010", "header": "-, 1.500",
    "response": "0.500, 1.600", "id": ID,
}  # fmt: skip
UNREACHED = WELL | {
    "second": "50", "path": "/lost", "status": 502, "server": "10.0.0.2:8080", "answered": 502,
    "connect": "-", "header": "-", "response": "0.001", "id": "a" * 32,
}  # fmt: skip


def _served(second: float, path: str, took: float, **fields: object) -> str:
    said = {
        "ts": f"2026-03-01T10:00:{second:06.3f}Z", "level": "info", "msg": "served",
        "method": "GET", "path": path, "status": 200, "duration_ms": 1000 * took, **fields,
    }  # fmt: skip
    return json.dumps(said) + "\n"


def write(folder: Path) -> Path:
    """Thirty requests that are well, one that was tried twice, and one that nobody took."""
    folder.mkdir()
    lines = [ACCESS.format(**WELL | {"second": f"{n:02d}"}) for n in range(30)]
    lines += [ACCESS.format(**RETRIED), ACCESS.format(**UNREACHED)]
    (folder / "access.log").write_text("".join(lines), encoding="utf-8")
    told = [_served(n + 0.4, "/home", 0.06) for n in range(30)]
    told.append(_served(40.4, "/cart", 1.2, database_ms=900, request_id=ID))
    told.append(
        json.dumps({"ts": "2026-03-01T10:00:39.900Z", "level": "warning",
                    "msg": f"cart is slow for {ID}"}) + "\n"
    )  # fmt: skip
    (folder / "app-1.log").write_text("".join(told), encoding="utf-8")
    (folder / "postgresql.log").write_text(
        "2026-03-01 10:00:40.200 UTC [71] LOG:  duration: 800.000 ms  statement:"
        f" select * from carts /*request_id='{ID}'*/\n"
        "2026-03-01 10:00:40.100 UTC [72] LOG:  duration: 700.000 ms  statement: select 2\n"
        "2026-03-01 10:00:20.000 UTC [72] LOG:  duration: 5000.000 ms  statement: select 3\n",
        encoding="utf-8",
    )
    return folder


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    folder = tmp_path_factory.mktemp("waterfall")
    path = folder / "case.duckdb"
    assert main(["ingest", str(write(folder / "evidence")), "--case", str(path), "-q"]) == 0
    with open_case(path) as opened:
        yield opened


@pytest.fixture
def drawn(case: Case) -> Callable[[str], Waterfall]:
    """Draw the one request of an id."""

    def draw(name: str) -> Waterfall:
        [place] = waterfall.found(case, name)
        return waterfall.draw(case, place)

    return draw


def of(one: Waterfall, part: str) -> list[Segment]:
    return [segment for segment in one.segments if segment.part == part]


def test_each_attempt_is_a_stretch_of_its_own(drawn: Callable[[str], Waterfall]) -> None:
    one = drawn(ID)
    first, second = of(one, "attempt")
    assert (first.label, first.start_s, first.took_s) == ("10.0.0.2:8080: 502", 0.0, 0.5)
    assert (second.label, second.start_s, second.took_s) == ("10.0.0.1:8080: 200", 0.5, 1.6)
    assert [c.start_s for c in of(one, "connect")] == [0.0, 0.5]


def test_the_application_is_found_by_id_in_the_attempt_that_reached_it(
    drawn: Callable[[str], Waterfall],
) -> None:
    one = drawn(ID)
    lost, found = of(one, "application")
    assert (lost.basis, lost.took_s) == ("unknown", None)
    assert (found.label, found.took_s) == ("application app-1 said 200", 1.2)
    assert (found.confidence, found.note) == (None, "by request id")
    [gap] = of(one, "gap")
    assert gap.basis == "inferred"
    assert gap.took_s == pytest.approx(1.5 - 0.01 - 1.2)


def test_statements_are_found_by_a_comment_or_by_time(drawn: Callable[[str], Waterfall]) -> None:
    by_time, by_comment = of(drawn(ID), "statement")
    assert (by_time.label, by_time.took_s, by_time.note) == ("select 2", 0.7, "by time")
    assert by_time.confidence is not None
    assert by_time.confidence < 0.95
    assert (by_comment.took_s, by_comment.note) == (0.8, "by request id")
    assert by_comment.confidence is None
    [database] = [s for s in of(drawn(ID), "database") if s.took_s is not None]
    assert database.took_s == 0.9
    assert database.start_s is None


def test_what_was_said_by_id_is_a_mention(drawn: Callable[[str], Waterfall]) -> None:
    [said] = of(drawn(ID), "mention")
    assert said.label == f"application: cart is slow for {ID}"


def test_unknown_is_none_and_says_why(drawn: Callable[[str], Waterfall]) -> None:
    one = drawn("a" * 32)
    assert one.failed
    [connect], [sent], [application] = (of(one, p) for p in ("connect", "send", "application"))
    assert {connect.took_s, sent.took_s, application.took_s} == {None}
    assert {connect.basis, sent.basis, application.basis} == {"unknown"}
    assert application.note == "no line of it was found"


def test_by_words_with_the_confidence_of_the_match(
    case: Case, drawn: Callable[[str], Waterfall]
) -> None:
    [place] = case.rows("select source_id, line from requests where line = 12 and path = '/home'")
    one = waterfall.draw(case, place)
    [application] = of(one, "application")
    assert application.took_s == pytest.approx(0.06)
    assert application.confidence is not None
    assert 0.5 < application.confidence <= 0.99
    [wait], [send] = of(one, "waited"), of(one, "send")
    shown = [wait.start_s, wait.took_s, send.start_s, send.took_s]
    assert shown == pytest.approx([0.01, 0.08, 0.09, 0.01])
    assert wait.start_s is not None
    assert application.start_s is not None
    assert wait.start_s <= application.start_s + 1e-6
    assert drawn(one.event) == one, "an EVENT-ID finds it too"


@pytest.mark.parametrize(
    ("began", "took", "high", "start", "said"),
    [
        (0.2, 0.5, 1.0, 0.2, ""),
        (-0.03, 0.5, 1.0, 0.0, ""),
        (0.52, 0.5, 1.0, 0.5, ""),
        (3.0, 0.5, 1.0, 0.5, "its clock has it +2.500 s from there"),
        (0.0, 4.0, 1.0, 0.0, "it worked on for 3 s more"),
        (5.0, 0.5, None, 5.0, ""),
    ],
)
def test_nested_stretches_are_moved_only_as_far_as_clocks_may_be_wrong(
    began: float, took: float, high: float | None, start: float, said: str
) -> None:
    where: Any = placed(began, took, Bounds(0.0, high), 0.05)
    assert where[0] == pytest.approx(start)
    assert where[1] == said


def test_the_slowest_and_the_failed_come_in_order(case: Case) -> None:
    slow = [waterfall.draw(case, place) for place in waterfall.slowest(case, 2)]
    assert slow[0].request_id == ID
    assert [one.duration_s for one in slow] == [2.1, 0.1]
    [lost] = [waterfall.draw(case, place) for place in waterfall.failed(case, 5)]
    assert lost.path == "/lost"
    assert waterfall.found(case, "no such id") == []
