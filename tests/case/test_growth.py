"""The same evidence again: nothing twice, what has grown goes on, what was rotated is found."""

from __future__ import annotations

import gzip
import json
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logsleuth.case.ingest import Summary, ingest
from logsleuth.case.show import show
from logsleuth.case.store import open_case
from logsleuth.formats import spec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NGINX = (
    '192.0.2.{n} - - [01/Mar/2026:10:{m:02d}:{s:02d} +0000] "GET /cart/{n} HTTP/1.1" 200 512 "-" '
    '"curl/8" "10.0.0.1:80" 200 0.010 0.009 9f3a1c44d1e84b6fa0c2b1d3e5f60718\n'
)
PYTHON = "2026-03-01 10:00:{s:02d},123 ERROR shop.cart: failed\n"
FORMATS = spec.shipped()


def nginx(count: int = 50) -> bytes:
    rows = (NGINX.format(n=i % 250, m=i // 60 % 60, s=i % 60) for i in range(count))
    return "".join(rows).encode()


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "access.log").write_bytes(nginx())
    return folder


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return tmp_path / "case.duckdb"


def read(case: Path, *paths: Path) -> Summary:
    return ingest([str(path) for path in paths], case, FORMATS)


def sources(case: Path) -> dict[str, tuple[Any, ...]]:
    """Lines, events, continuation, rejected and blank ones of each file, by its last name."""
    with open_case(case) as opened:
        rows = opened.rows(
            "select path, lines, events, continuation, rejected, blank, bytes, sha256, since, until"
            " from sources order by path"
        )
    return {path.split("/")[-1]: tuple(rest) for path, *rest in rows}


def contents(case: Path) -> list[Any]:
    """Every record of a case as it stands, without the name of its source."""
    with open_case(case) as opened:
        names, rows = opened.table(
            "select s.path, r.* exclude (source_id) from records r join sources s using (source_id)"
            " order by all"
        )
        return [names, rows, opened.rows(
            "select s.path, j.* exclude (source_id) from rejects j join sources s using (source_id)"
            " order by all"
        )]  # fmt: skip


def test_a_file_that_has_grown_adds_its_new_lines(logs: Path, case: Path, tmp_path: Path) -> None:
    read(case, logs)
    with open_case(case) as opened:
        before = opened.rows("select event_id, line from events order by line")
    (logs / "access.log").write_bytes(nginx(60))
    grown = read(case, logs)
    assert (grown.problems, grown.skipped, grown.events) == ([], 0, 10)
    with open_case(case) as opened:
        assert opened.rows("select event_id, line from events order by line")[:50] == before
        name = opened.row("select event_id from events where line = 60")[0]
        assert show(opened, name, verify=True).bytes == nginx(60).splitlines()[59]
    fresh = tmp_path / "fresh.duckdb"
    read(fresh, logs)
    assert (sources(case), contents(case)) == (sources(fresh), contents(fresh))
    assert read(case, logs).skipped == 1


TRACE = PYTHON.format(s=1) + "Traceback (most recent call last):\n  File x\n\nValueError: 1\n"
PLAIN = b'192.0.2.1 - - [01/Mar/2026:10:00:01 +0000] "GET / HTTP/1.1" 200 5 "-" "curl/8"\n'
STAMP = "2026-03-02T10:00:01.123456789Z"
GROWING = {
    "nginx": PLAIN * 5,
    "python": TRACE.encode() * 3,
    "docker": "".join(
        json.dumps({"log": f"{line}\n", "stream": "stdout", "time": STAMP}) + "\n"
        for line in TRACE.splitlines() * 3
    ).encode(),
    "mixed": PLAIN * 3 + b"rubbish\n\n \n" + PLAIN * 3 + b"\xff\xfe more\n",
    "crlf": PLAIN.replace(b"\n", b"\r\n") * 4,
}


def named(told: list[Any]) -> list[Any]:
    """Contents with the last names of their sources, whatever folder those are in."""
    names, *kinds = told
    return [names, *([(row[0].split("/")[-1], *row[1:]) for row in rows] for rows in kinds)]


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Any, Any]]:
    """What a case holds of a whole file that was read once."""

    @cache
    def at_once(name: str) -> tuple[Any, Any]:
        folder = tmp_path_factory.mktemp("whole")
        (folder / "known.log").write_bytes(nginx(3))
        (folder / "grown.log").write_bytes(GROWING[name])
        case = folder.with_suffix(".case")
        read(case, folder)
        return sources(case), named(contents(case))

    return at_once


@settings(
    deadline=None, max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    name=st.sampled_from(sorted(GROWING)),
    share=st.floats(0.05, 1),
    telling=st.sampled_from([0, 1 << 20]),
)
def test_wherever_a_file_was_cut_it_ends_up_whole(
    name: str,
    share: float,
    telling: int,
    at_once: Callable[[str], tuple[Any, Any]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("grown")
    data = GROWING[name]
    (folder / "known.log").write_bytes(nginx(3))
    (folder / "grown.log").write_bytes(data[: int(len(data) * share)])
    one = tmp_path_factory.mktemp("cases") / "1"
    read(one, folder)
    (folder / "grown.log").write_bytes(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("logsleuth.case.ingest._TELLING", telling)
        read(one, folder)
    assert (sources(one), named(contents(one))) == at_once(name)


def test_a_log_that_was_rotated_meanwhile_goes_on_under_its_new_name(
    logs: Path, case: Path, tmp_path: Path
) -> None:
    (logs / "old.log.1").write_bytes(nginx(7))
    read(case, logs)
    with open_case(case) as opened:
        before = opened.rows("select event_id from events order by all")
    (logs / "old.log.1").unlink()
    (logs / "old.log.2.gz").write_bytes(gzip.compress(nginx(7)))
    (logs / "access.log-20260302").write_bytes(nginx(55))
    (logs / "access.log").write_bytes(nginx(60)[len(nginx(55)) :])
    summary = read(case, logs)
    assert (summary.skipped, summary.sources, summary.problems) == (1, 2, [])
    found = sources(case)
    assert {name: counts[0] for name, counts in found.items()} == {
        "old.log.2.gz": 7, "access.log-20260302": 55, "access.log": 5,
    }  # fmt: skip
    with open_case(case) as opened:
        after = opened.rows("select event_id from events order by all")
        assert {row[0] for row in before} <= {row[0] for row in after}
        assert len(after) == 67
        moved = opened.row("select event_id from events where line = 7 and source_id = 2")[0]
        assert show(opened, moved).path.endswith("old.log.2.gz")


def test_a_file_that_was_replaced_is_kept_beside_the_old_one(logs: Path, case: Path) -> None:
    read(case, logs)
    (logs / "access.log").write_bytes(nginx(60)[500:])
    assert "both versions" in read(case, logs).problems[0]
    (logs / "access.log").write_bytes(nginx(20))
    assert "both versions" in read(case, logs).problems[0]


def test_a_file_that_could_not_be_read_is_read_anew_when_it_can(logs: Path, case: Path) -> None:
    (logs / "b.log").write_bytes(b"what is this\n")
    read(case, logs)
    assert sources(case)["b.log"][:5] == (1, 0, 0, 1, 0)
    (logs / "b.log").write_bytes(b"what is this\n" + nginx(9))
    assert read(case, logs).problems == []
    assert sources(case)["b.log"][:5] == (10, 9, 0, 1, 0)
