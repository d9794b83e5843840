"""What tests share: a small evidence, its case, a command line that runs here, and goldens."""

from __future__ import annotations

import gzip
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from logsleuth.case import store
from logsleuth.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NGINX = (
    '192.0.2.{n} - - [01/Mar/2026:10:00:{s:02d} +0000] "GET /cart/{n} HTTP/1.1" {status} 512 "-" '
    '"curl/8" upstream="10.0.0.{server}:8080" request_time="0.{n:03d}"\n'
)
POSTGRES = (
    "2026-03-01 10:00:01.000 UTC [71] LOG:  duration: 12.345 ms  statement: select 1\n"
    "2026-03-01 10:00:02.500 UTC [72] ERROR:  deadlock detected\n"
    "2026-03-01 10:00:02.500 UTC [72] DETAIL:  Process 72 waits for ShareLock\n"
    "\twhich process 71 has.\n"
    "2026-03-01 10:00:02.500 UTC [72] STATEMENT:  update carts set n = 1\n"
    "2026-03-01 10:00:09.000 UTC [71] LOG:  duration: 2.000 ms  statement: select 2\n"
)


@dataclass(frozen=True)
class Ran:
    """What a command line did."""

    status: int
    out: str
    err: str


@pytest.fixture(scope="session", autouse=True)
def _nothing_is_set(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What the machine's owner has set is none of the tests' business."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("LOGSLEUTH_")]:
            patch.delenv(name)
        for name in ("NO_COLOR", "FORCE_COLOR", "PAGER", "LESS"):
            patch.delenv(name, raising=False)
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        yield


@pytest.fixture(scope="session", autouse=True)
def _one_core_for_each_case() -> Iterator[None]:
    """As many tests run at once as there are cores, and their cases are too small to share out."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "_LOCKDOWN", ("set threads = 1", *store._LOCKDOWN))
        yield


@pytest.fixture(scope="session", autouse=True)
def recordings(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The folder into which the lab records for the tests that want it."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    folder = tmp_path_factory.getbasetemp()
    folder = (folder.parent if worker else folder) / "recordings"
    recorder = None
    if any(item.get_closest_marker("lab") for item in request.session.items):
        from tests.lab import ahead

        if ahead.ASKED:
            recorder = ahead.begin(folder) if worker in {None, "gw0"} else None
            ahead.first_tried(folder)
            os.nice(10)
    yield folder
    if recorder is not None:
        recorder.wait()  # another worker may still need it


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="write the goldens anew")


@pytest.fixture
def expect(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compare a text with the file that holds what is expected, or write it with --accept."""

    def compare(golden: Path, text: str) -> None:
        if request.config.getoption("--accept") and not os.environ.get("CI"):
            golden.write_text(text, encoding="utf-8")
        assert golden.read_text(encoding="utf-8") == text, f"{golden.name}: run make accept"

    return compare


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run a command line in this process."""

    def runner(*words: str | Path) -> Ran:
        status = main([str(word) for word in words])
        out, err = capsys.readouterr()
        return Ran(status, out, err)

    return runner


def write_evidence(folder: Path) -> Path:
    """Write a minute of a balancer, an application and a database; one server answers 502."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [(n, n % 60, 502 if n % 4 == 1 and n > 30 else 200, n % 4 + 1) for n in range(1, 60)]
    lines = [NGINX.format(n=n, s=s, status=status, server=server) for n, s, status, server in rows]
    with gzip.open(folder / "access.log.gz", "wt", encoding="utf-8") as file:
        file.writelines(lines)
    records = [
        {"ts": f"2026-03-01T10:00:{s:02d}Z", "level": "info", "msg": f"served cart {n}"}
        for n, s, _, _ in rows
    ]
    text = "".join(json.dumps(record) + "\n" for record in records)
    (folder / "app-1.log").write_text(text, encoding="utf-8")
    (folder / "postgresql.log").write_text(POSTGRES, encoding="utf-8")
    return folder


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    return write_evidence(tmp_path / "evidence")


@pytest.fixture(scope="session")
def read_evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The evidence behind `case`: not to be changed."""
    return write_evidence(tmp_path_factory.mktemp("read") / "evidence")


@pytest.fixture(scope="session")
def case(read_evidence: Path) -> Path:
    """A case of the small evidence: not to be changed."""
    path = read_evidence.parent / "case.duckdb"
    assert main(["ingest", str(read_evidence), "--case", str(path), "--quiet"]) == 0
    return path
