"""The matrix: every fault against every recorded incident, and the list of faults itself."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from logsleuth import faults
from logsleuth.case.ingest import ingest
from logsleuth.case.store import open_case
from logsleuth.faults import FAULTS
from logsleuth.formats import spec
from logsleuth.investigation import investigate
from logsleuth.model import COMPONENTS
from logsleuth.renderers.json import document, dumps

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.findings import Fault
    from logsleuth.model import Hypothesis, Investigation

ROOT: Final = Path(__file__).parents[1]
INCIDENTS: Final = ROOT / "sample_logs/incidents"
NAMED: Final = 4.0
TRUTHS: Final[dict[str, dict[str, Any]]] = {
    path.parent.name: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(INCIDENTS.glob("*/truth.json"))
}
TOLD: Final = [name for name, truth in TRUTHS.items() if truth["incident"]]
QUIET: Final = [name for name, truth in TRUTHS.items() if not truth["incident"]]
BY_NAME: Final[dict[str, Fault]] = {fault.NAME: fault for fault in FAULTS}
# The contract's table.
CATALOGUE: Final = {
    "balancer": {
        "skewed-selection", "sticky-hotspot", "server-ejected", "misrouted",
        "timeout-misconfigured", "capacity-limit",
    },
    "application": {"bad-instance", "bad-release", "bad-route"},
    "database": {"slow-queries", "lock-contention", "connection-exhaustion", "outage"},
    "client": {"traffic-surge", "abusive-client"},
}  # fmt: skip


@dataclass(frozen=True)
class Diagnosed:
    """A recorded incident, its case, what was found out, and the truth that wasn't looked at."""

    name: str
    case: Path
    found: Investigation
    truth: dict[str, Any]

    def hypothesis(self, component: str) -> Hypothesis:
        return next(h for h in self.found.hypotheses if h.component == component)

    def scores(self) -> dict[str, float]:
        return {s.fault: s.score for h in self.found.hypotheses for s in h.faults}


@pytest.fixture(scope="session")
def diagnosed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Diagnosed]:
    """Read an incident into a case and investigate it, once."""
    known: dict[str, Diagnosed] = {}

    def diagnose(name: str) -> Diagnosed:
        if name not in known:
            path = tmp_path_factory.mktemp(name) / "case.duckdb"
            ingest([str(INCIDENTS / name / "evidence")], path, spec.load(None))
            with open_case(path) as case:
                known[name] = Diagnosed(name, path, investigate(case), TRUTHS[name])
        return known[name]

    return diagnose


# One test an incident, so that each is read by one worker only.


@pytest.mark.parametrize("name", TOLD)
def test_an_incident_is_explained_by_its_own_fault_and_no_other(
    diagnosed: Callable[[str], Diagnosed], name: str
) -> None:
    one = diagnosed(name)
    truth, found = one.truth, one.found
    assert found.root_cause is not None
    assert found.root_cause.component == truth["component"]
    assert found.root_cause.fault in {truth["fault"], *truth["fault_also"]}
    # a surge has no single target, and none may be named
    assert found.root_cause.target in (truth["target"] or [None])
    assert 0.5 < found.root_cause.confidence <= 0.97
    assert_near(found, truth)
    assert one.hypothesis(truth["component"]).status == "implicated"
    assert one.hypothesis(truth["component"]).confidence == found.root_cause.confidence
    also = {truth["fault"], *truth["fault_also"]}
    claimed = {fault for fault, score in one.scores().items() if score >= NAMED} - also
    strangers = {fault for fault in claimed if truth["fault"] not in BY_NAME[fault].LOOKALIKES}
    assert strangers == set()
    assert_sound(one)
    assert_judged(found, truth)


def assert_near(found: Investigation, truth: dict[str, Any]) -> None:
    """The onset is right within the larger of 2 s and 5 % of the span; an end is where one is."""
    assert found.incident is not None
    onset = datetime.fromisoformat(truth["onset"])
    slack = max(2.0, 0.05 * truth["span_s"])
    assert abs((found.incident.onset - onset).total_seconds()) <= slack
    incident = found.incident
    assert incident.onset_earliest <= incident.onset <= incident.onset_latest
    if truth["end"] is None:
        assert incident.ended is None
    else:
        assert incident.ended is not None
        least = datetime.fromisoformat(truth["end"]) - timedelta(seconds=slack)
        most = datetime.fromisoformat(truth["end_visible"]) + timedelta(seconds=slack)
        assert least <= incident.ended <= most


def assert_judged(found: Investigation, truth: dict[str, Any]) -> None:
    """What did it is guilty, and nothing else that was done."""
    guilty = [change for change in found.changes if change.verdict == "guilty"]
    onset = datetime.fromisoformat(truth["onset"])
    for change in guilty:
        assert change.component == truth["component"]
        assert abs(change.ts - onset) <= timedelta(seconds=2)
    done = truth["fault"] == "bad-release" or "a reload" in truth["notes"]
    assert len(guilty) == done
    assert all(change.why and change.evidence for change in found.changes)
    assert all(change.would_decide for change in found.changes if change.verdict == "undecided")


def assert_sound(one: Diagnosed) -> None:
    """Nobody innocent is implicated, the lines add up, and the same case gives the same bytes."""
    truth, found = one.truth, one.found
    guilty = {truth["component"], *truth["component_also"]}
    for told in found.hypotheses:
        assert told.status != "ruled-out" or told.component not in guilty
        assert told.status != "implicated" or told.component in guilty
        assert told.would_decide or told.status in {"implicated", "ruled-out"}
    assert tuple(h.component for h in found.hypotheses) == COMPONENTS
    assert_skewed(found, truth)
    counts = ("events", "continuation", "rejected", "blank")
    for source in found.sources:
        assert source.lines == sum(getattr(source, count) for count in counts)
    assert found.total("lines") == truth["lines"] == sum(found.total(count) for count in counts)
    cited = {event.event_id: event for event in found.cited}
    named = {e for h in found.hypotheses for c in h.checks for e in c.evidence}
    named |= {s.event for one in found.waterfalls for s in one.segments if s.event}
    named |= {e for change in found.changes for e in change.evidence}
    if found.series is not None and found.series.database is not None:
        named |= {s.longest for s in found.series.database.statements if s.longest}
        named |= {w.first for w in found.series.database.words if w.first}
    assert named | {e for m in found.timeline for e in m.evidence} == set(cited)
    assert all(event.text for event in cited.values())
    json.dumps(document(found), allow_nan=False)
    with open_case(one.case) as case:
        assert dumps(investigate(case)) == dumps(found)


def assert_skewed(found: Investigation, truth: dict[str, Any]) -> None:
    skewed = [pool for pool in found.pools if pool.skewed]
    assert len(skewed) == len(truth["skewed_pools"])
    for pool, told in zip(skewed, truth["skewed_pools"], strict=True):
        assert pool.pool in told["pool"]
        hot = max(pool.servers, key=lambda s: s.observed_share - (s.expected_share or 0.0))
        assert hot.server in told["server"]
    for pool in found.pools:
        if pool.servers:
            assert sum(s.observed_share for s in pool.servers) == pytest.approx(1.0)


@pytest.mark.parametrize("name", QUIET)
def test_where_nothing_happened_nothing_is_found(
    diagnosed: Callable[[str], Diagnosed], name: str
) -> None:
    one = diagnosed(name)
    assert one.found.incident is None
    assert one.found.root_cause is None
    assert {h.status for h in one.found.hypotheses} == {"ruled-out"}
    assert one.found.pools
    assert_sound(one)


def test_the_incident_that_gave_logsleuth_its_purpose(
    diagnosed: Callable[[str], Diagnosed],
) -> None:
    one = diagnosed("skewed-selection")
    [pool] = [p for p in one.found.pools if p.skewed]
    hot = max(pool.servers, key=lambda s: s.observed_share)
    assert one.found.root_cause is not None
    assert one.found.root_cause.target == hot.server
    assert hot.server in one.truth["target"]
    # Configured and observed agree, and both are wrong.
    assert hot.configured_share is not None
    assert hot.expected_share is not None
    assert hot.configured_share == pytest.approx(hot.observed_share, abs=0.1)
    assert hot.observed_share > 2 * hot.expected_share
    assert pool.expected_from == "baseline"
    assert pool.effect > 0.3
    assert one.hypothesis("database").status in {"ruled-out", "inconclusive"}
    # The hot server's wait for a connection looks like a slow or a full database, and is neither.
    assert all(one.scores().get(fault, 0.0) < NAMED for fault in CATALOGUE["database"])
    assert one.found.runbook is not None
    assert one.found.runbook.fault == "skewed-selection"


def test_another_process_writes_the_same_bytes(diagnosed: Callable[[str], Diagnosed]) -> None:
    one = diagnosed("skewed-selection")
    words = [sys.executable, "-m", "logsleuth", "investigate", str(one.case), "--json", "-", "-q"]
    ran = subprocess.run(
        words, cwd=ROOT, capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": "77"}
    )
    assert ran.stdout.decode() == dumps(one.found)


# The list of faults.


def test_the_tuple_names_every_module_of_the_folder_once() -> None:
    folder = Path(faults.__file__).parent
    files = sorted(path.stem for path in folder.glob("[!_]*.py"))
    assert sorted(fault.__name__.rpartition(".")[2] for fault in FAULTS) == files  # type: ignore[attr-defined]
    assert len(BY_NAME) == len(FAULTS)


@pytest.mark.parametrize("fault", FAULTS, ids=BY_NAME)
def test_a_fault_is_called_as_in_the_contract(fault: Fault) -> None:
    assert fault.NAME in CATALOGUE[fault.COMPONENT]
    module: str = fault.__name__  # type: ignore[attr-defined]
    assert module.rpartition(".")[2] == fault.NAME.replace("-", "_")
    every = set().union(*CATALOGUE.values())
    assert set(fault.LOOKALIKES) <= every - {fault.NAME}


def test_faults_are_in_the_contracts_order_of_components() -> None:
    order = [COMPONENTS.index(fault.COMPONENT) for fault in FAULTS]
    assert order == sorted(order)


def test_only_the_verdict_may_say_ruled_out() -> None:
    house = ROOT / "logsleuth"
    saying = {
        path.relative_to(house).as_posix()
        for folder in ("analyses", "faults")
        for path in (house / folder).glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value == "ruled-out"
    }
    assert saying == set()
