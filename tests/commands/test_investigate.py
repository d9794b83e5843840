"""`investigate`: the verdict, the documents, and the exit status that scripts rely on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from logsleuth.renderers import html
from logsleuth.renderers.json import document
from tests.analyses.traffic_builder import Scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.model import Investigation
    from tests.conftest import Ran

FLAGSHIP = Path(__file__).parents[2] / "sample_logs/incidents/skewed-selection"


def test_the_flagship_is_found_and_every_line_that_it_cites_is_shown(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    case = tmp_path / "flagship.duckdb"
    ran = run("investigate", FLAGSHIP / "evidence", "--case", case, "--json", "-")
    found = json.loads(ran.out)
    truth = json.loads((FLAGSHIP / "truth.json").read_text(encoding="utf-8"))
    assert (found["root_cause"]["component"], found["root_cause"]["fault"]) == (
        truth["component"],
        truth["fault"],
    )
    assert found["root_cause"]["target"] in truth["target"]
    assert found["cited"]
    for event in found["cited"]:
        shown = run("show", event["event_id"], "--case", case)
        assert shown.status == 0
        assert f"{event['path']}:{event['line']} " in shown.out
        assert event["text"] in shown.out


@pytest.mark.usefixtures("found")
def test_the_verdict_is_on_stdout(run: Callable[..., Ran], evidence: Path) -> None:
    ran = run("investigate", evidence)
    assert ran.status == 0
    assert "INCIDENT" in ran.out
    assert ran.err == ""


def test_json_to_stdout_is_all_there_is_on_it(
    run: Callable[..., Ran], evidence: Path, found: Investigation
) -> None:
    ran = run("investigate", evidence, "--json", "-")
    assert ran.status == 0
    assert json.loads(ran.out) == document(found)


def test_json_to_a_file_leaves_the_verdict_on_stdout(
    run: Callable[..., Ran], evidence: Path, found: Investigation, tmp_path: Path
) -> None:
    target = tmp_path / "found.json"
    ran = run("investigate", evidence, "--json", target)
    assert "INCIDENT" in ran.out
    assert json.loads(target.read_text(encoding="utf-8")) == document(found)


def test_the_report_is_written_and_named(
    run: Callable[..., Ran], evidence: Path, found: Investigation, tmp_path: Path
) -> None:
    target = tmp_path / "report.html"
    ran = run("investigate", evidence, "--json", "-", "--report", target)
    assert json.loads(ran.out)["schema"]
    assert str(target) in ran.err
    assert target.read_text(encoding="utf-8") == html.render(found)


@pytest.mark.usefixtures("found")
def test_the_case_is_kept_where_it_is_asked_for_and_nowhere_else(
    run: Callable[..., Ran], evidence: Path, tmp_path: Path
) -> None:
    assert run("investigate", evidence).status == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evidence"]
    kept = tmp_path / "kept.duckdb"
    assert run("investigate", evidence, "--case", kept).status == 0
    assert run("sql", "--case", kept, "select count(*) as n from events").status == 0


@pytest.mark.usefixtures("found")
def test_a_case_is_evidence_too(run: Callable[..., Ran], case: Path) -> None:
    assert run("investigate", case).status == 0


@pytest.mark.usefixtures("found")
def test_a_case_does_not_go_with_other_evidence(
    run: Callable[..., Ran], case: Path, evidence: Path, tmp_path: Path
) -> None:
    assert run("investigate", case, evidence).status == 2
    ran = run("investigate", case, "--case", tmp_path / "other.duckdb")
    assert (ran.status, ran.out) == (2, "")
    assert "is a case already" in ran.err


@pytest.mark.usefixtures("found")
@pytest.mark.parametrize("what", ["incident", "skew"])
def test_it_fails_on_what_it_was_told_to(run: Callable[..., Ran], case: Path, what: str) -> None:
    ran = run("investigate", case, "--json", "-", "--fail-on", what)
    assert ran.status == 1
    assert json.loads(ran.out)["incident"]


@pytest.mark.usefixtures("quiet_found")
@pytest.mark.parametrize("what", ["incident", "skew"])
def test_it_does_not_fail_where_there_was_nothing(
    run: Callable[..., Ran], case: Path, what: str
) -> None:
    assert run("investigate", case, "--fail-on", what).status == 0


@pytest.mark.usefixtures("found")
def test_what_went_wrong_in_reading_is_a_warning(run: Callable[..., Ran], evidence: Path) -> None:
    cut = (evidence / "access.log.gz").read_bytes()[:-40]
    (evidence / "access.log.gz").write_bytes(cut)
    warnings = json.loads(run("investigate", evidence, "--json", "-").out)["warnings"]
    assert any("access.log.gz" in warning for warning in warnings)


def test_nothing_readable_is_status_3(run: Callable[..., Ran], tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    ran = run("investigate", empty)
    assert (ran.status, ran.out) == (3, "")
    assert "could be read as a log" in ran.err


def test_a_path_that_is_not_there_is_status_2(run: Callable[..., Ran], tmp_path: Path) -> None:
    ran = run("investigate", tmp_path / "nowhere")
    assert (ran.status, ran.out) == (2, "")
    assert "nowhere" in ran.err
    assert "Traceback" not in ran.err


def test_outputs_are_checked_before_the_work(
    run: Callable[..., Ran], evidence: Path, tmp_path: Path
) -> None:
    ran = run("investigate", evidence, "--report", tmp_path / "no" / "report.html")
    assert ran.status == 2
    assert "mkdir -p" in ran.err
    assert run("investigate", evidence, "--json", tmp_path).status == 2


def test_the_evidence_is_never_written_over(run: Callable[..., Ran], evidence: Path) -> None:
    log = evidence / "app-1.log"
    before = log.read_bytes()
    for option in ("--json", "--report", "--case"):
        assert run("investigate", log, option, log).status == 2
    assert log.read_bytes() == before


def test_it_fails_on_a_skew_that_harmed_nobody(run: Callable[..., Ran], tmp_path: Path) -> None:
    scene = Scene(rate=60.0)
    scene.give(scene.between(80), {"web-1": 5.0, "web-2": 2.0, "web-3": 2.0, "web-4": 1.0})
    scene.write(tmp_path / "case.duckdb")
    ran = run("investigate", tmp_path / "case.duckdb", "--json", "-", "--fail-on", "skew")
    told = json.loads(ran.out)
    assert (ran.status, told["incident"], told["root_cause"]) == (1, None, None)
    assert [pool["skewed"] for pool in told["pools"]] == [True]
    assert run("investigate", tmp_path / "case.duckdb", "--fail-on", "incident").status == 0
