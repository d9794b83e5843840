"""The whole document from a small evidence, with each layer missing in turn."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pytest

from logsleuth.case.ingest import ingest
from logsleuth.case.show import show
from logsleuth.case.store import open_case, write_case
from logsleuth.formats import spec
from logsleuth.investigation import investigate
from logsleuth.model import COMPONENTS
from logsleuth.renderers.json import document, dumps
from tests.analyses.traffic_builder import BEGIN, Scene
from tests.faults import scenes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from logsleuth.case.store import Case
    from logsleuth.model import Investigation

ALL: Final = ("access.log", "app-1.log", "app-2.log", "app-3.log", "postgresql.log", "nginx.conf")
APPLICATIONS: Final = ("app-1.log", "app-2.log", "app-3.log")
SERVERS: Final = tuple(f"10.0.0.{n}:8080" for n in (1, 2, 3))
STATUSES: Final = {"implicated", "ruled-out", "inconclusive", "no-evidence"}
TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
CONFIGURATION: Final = "".join(
    [
        "http {\n  upstream shop {\n",
        *(f"    server {server};\n" for server in SERVERS),
        "  }\n  server { listen 80; location / { proxy_pass http://shop; } }\n}\n",
    ]
)


def stamp(at: float, text: str) -> str:
    return datetime.fromtimestamp(at, UTC).strftime(text)


def write_evidence(folder: Path) -> None:
    """Two minutes of a shop: from 10:01:00 on, the second of three servers fails and is slow."""
    scene = Scene(120, 12, servers=SERVERS, pool="")
    scene.fail(scene.between(60) & scene.on(SERVERS[1]), 500, 0.9)
    texts: dict[str, list[str]] = {name: [] for name in ALL}
    for i in np.argsort(scene.started + scene.duration_s).tolist():
        took, server = float(scene.duration_s[i]), str(scene.server[i])
        at, path, status = float(scene.started[i]) + took, scene.route[i], scene.status[i]
        texts["access.log"].append(
            f"{scene.client[i]} - - [{stamp(at, '%d/%b/%Y:%H:%M:%S +0000')}] "
            f'"GET {path} HTTP/1.1" {status} 512 "-" "curl/8" upstream="{server}" '
            f'request_time="{took:.3f}"\n'
        )
        record = {
            "ts": stamp(at, "%Y-%m-%dT%H:%M:%S.%fZ"), "level": "info", "msg": "served",
            "method": "GET", "path": path, "status": int(status), "duration_ms": 1000 * took,
        }  # fmt: skip
        texts[f"app-{SERVERS.index(server) + 1}.log"].append(json.dumps(record) + "\n")
    for at in np.arange(BEGIN + 5, BEGIN + 120, 10).tolist():
        texts["postgresql.log"].append(
            f"{stamp(at, '%Y-%m-%d %H:%M:%S.%f')[:-3]} UTC [71] LOG:  duration: 812.345 ms "
            f" statement: select * from monthly_report({at:.0f})\n"
        )
    texts["nginx.conf"] = [CONFIGURATION]
    for name, lines in texts.items():
        (folder / name).write_text("".join(lines), encoding="utf-8")


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    write_evidence(folder)
    return folder


@contextmanager
def read(evidence: Path, names: tuple[str, ...], folder: Path) -> Iterator[Case]:
    path = folder / "case.duckdb"
    ingest([str(evidence / name) for name in names], path, spec.load(None))
    with open_case(path) as case:
        yield case


def told(evidence: Path, names: tuple[str, ...], folder: Path) -> Investigation:
    with read(evidence, names, folder) as case:
        found = investigate(case)
        assert_whole(found, case)
    return found


def assert_whole(found: Investigation, case: Case) -> None:
    """What holds of any document: its shape, and that what it cites can be shown."""
    page = document(found)
    assert page == json.loads(dumps(found))
    assert {"schema", "evidence", "incident", "root_cause", "hypotheses", "pools", "timeline",
            "warnings"} <= set(page)  # fmt: skip
    assert page["schema"] == "logsleuth.investigation/1"
    assert [h["component"] for h in page["hypotheses"]] == list(COMPONENTS)
    for one in page["hypotheses"]:
        assert one["status"] in STATUSES
        assert 0.0 <= one["confidence"] <= 0.97
        assert one["summary"]
        for check in one["checks"]:
            assert check["outcome"] in {"for", "against", "neutral"}
            assert check["name"]
            assert check["explanation"]
    for pool in page["pools"]:
        assert pool["expected_from"] in {"configuration", "baseline", "peers"}
        assert pool["from"] <= pool["to"]
    assert all(TIME.fullmatch(text) for text in times(page))
    assert [m["at"] for m in page["timeline"]] == sorted(m["at"] for m in page["timeline"])
    assert (page["incident"] is None) == (page["root_cause"] is None)
    ids = [event["event_id"] for event in page["cited"]]
    assert len(ids) == len(set(ids))
    for event in page["cited"]:
        shown = show(case, event["event_id"])
        assert shown.bytes.decode().rstrip("\n") == event["text"].rstrip("\n")
        assert (shown.path, shown.line) == (event["path"], event["line"])
    named = {e for h in page["hypotheses"] for c in h["checks"] for e in c["evidence"]}
    named |= {s["evidence"] for w in page["waterfalls"] for s in w["segments"] if s["evidence"]}
    logged = page["database"] or {"statements": [], "words": []}
    named |= {
        one["evidence"] for one in (*logged["statements"], *logged["words"]) if one["evidence"]
    }
    assert named | {e for m in page["timeline"] for e in m["evidence"]} == set(ids)
    with_sql = [c["query"] for h in page["hypotheses"] for c in h["checks"] if c["query"]]
    for query in dict.fromkeys(with_sql):
        case.rows(query)


def times(value: Any) -> Iterator[str]:
    """Every value under a key that names a time."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in {"from", "to", "at", "onset", "end"} and inner is not None:
                yield inner
            else:
                yield from times(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from times(inner)


def statuses(found: Investigation) -> dict[str, str]:
    return {h.component: h.status for h in found.hypotheses}


def warned(found: Investigation, *words: str) -> bool:
    return all(any(word in warning for warning in found.warnings) for word in words)


def test_with_all_layers_the_cause_is_found_and_who_would_have_shown_is_ruled_out(
    evidence: Path, tmp_path: Path
) -> None:
    found = told(evidence, ALL, tmp_path)
    assert found.root_cause is not None
    assert (found.root_cause.fault, found.root_cause.target) == ("bad-instance", SERVERS[1])
    assert statuses(found) == {
        # Its error log would tell of a reload, and is not among them.
        "balancer": "inconclusive",
        "application": "implicated",
        "database": "ruled-out",
        "client": "ruled-out",
    }
    assert found.incident is not None
    assert abs(found.incident.onset.timestamp() - BEGIN - 60) < 2
    assert found.incident.ended is None
    assert [pool.pool for pool in found.pools] == ["shop"]
    assert not warned(found, "no log")
    assert found.cited


def test_without_the_databases_log_the_reader_is_told(evidence: Path, tmp_path: Path) -> None:
    names = tuple(name for name in ALL if name != "postgresql.log")
    found = told(evidence, names, tmp_path)
    assert found.root_cause is not None
    assert found.root_cause.fault == "bad-instance"
    assert statuses(found)["database"] == "no-evidence"
    assert warned(found, "no log of the database")
    database = next(h for h in found.hypotheses if h.component == "database")
    assert database.would_decide


def test_without_the_applications_logs_the_balancers_is_enough(
    evidence: Path, tmp_path: Path
) -> None:
    names = tuple(name for name in ALL if name not in APPLICATIONS)
    found = told(evidence, names, tmp_path)
    assert found.root_cause is not None
    assert (found.root_cause.fault, found.root_cause.target) == ("bad-instance", SERVERS[1])
    assert warned(found, "no log of the application")


def test_without_the_configuration_the_pool_has_a_name_of_its_own(
    evidence: Path, tmp_path: Path
) -> None:
    names = tuple(name for name in ALL if name != "nginx.conf")
    found = told(evidence, names, tmp_path)
    assert found.root_cause is not None
    assert found.root_cause.fault == "bad-instance"
    [pool] = found.pools
    assert pool.pool == "10.0.0.1:8080 and 2 more"
    assert pool.expected_from == "baseline"
    assert all(server.configured_share is None for server in pool.servers)


def test_a_balancers_log_alone_rules_out_no_database(evidence: Path, tmp_path: Path) -> None:
    found = told(evidence, ("access.log",), tmp_path)
    assert found.root_cause is not None
    assert found.root_cause.fault == "bad-instance"
    assert statuses(found)["database"] == "no-evidence"
    assert warned(found, "no log of the application", "no log of the database")


@pytest.mark.parametrize("names", [APPLICATIONS, (*APPLICATIONS, "postgresql.log")])
def test_without_a_balancers_log_nobody_is_accused_or_cleared(
    evidence: Path, tmp_path: Path, names: tuple[str, ...]
) -> None:
    found = told(evidence, names, tmp_path)
    assert not {"implicated", "ruled-out"} & set(statuses(found).values())
    assert warned(found, "no balancer's log")
    assert (found.pools, found.series.traffic) == ((), ())


def test_a_databases_log_alone_is_no_incident(evidence: Path, tmp_path: Path) -> None:
    found = told(evidence, ("postgresql.log",), tmp_path)
    assert found.incident is None
    assert set(statuses(found).values()) == {"no-evidence"}
    assert warned(found, "no balancer's log", "no log of the application")


def test_an_empty_case_has_an_empty_document(tmp_path: Path) -> None:
    path = tmp_path / "case.duckdb"
    with write_case(path):
        pass
    with open_case(path) as case:
        found = investigate(case)
        assert_whole(found, case)
    assert (found.sources, found.pools, found.timeline, found.cited) == ((), (), (), ())
    assert found.incident is None
    assert set(statuses(found).values()) == {"no-evidence"}
    assert warned(found, "no balancer's log")


def test_a_configuration_alone_has_one_too(tmp_path: Path) -> None:
    scene = Scene(1, 0)
    scene.configure({"web-1": 1, "web-2": 1})
    scene.write(tmp_path / "case.duckdb")
    with open_case(tmp_path / "case.duckdb") as case:
        found = investigate(case)
    assert set(statuses(found).values()) == {"no-evidence"}


def test_the_order_of_the_evidence_changes_no_verdict(evidence: Path, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one = told(evidence, ALL, tmp_path / "one")
    two = told(evidence, tuple(reversed(ALL)), tmp_path / "two")
    assert dumps(one) == dumps(two)


def test_the_same_case_gives_the_same_bytes(evidence: Path, tmp_path: Path) -> None:
    with read(evidence, ALL, tmp_path) as case:
        assert dumps(investigate(case)) == dumps(investigate(case))


@pytest.mark.parametrize("rate", [0.05, 0.5])
def test_a_service_that_is_hardly_used_has_no_incident(tmp_path: Path, rate: float) -> None:
    scene = Scene(120, rate)
    scene.write(tmp_path / "case.duckdb")
    with open_case(tmp_path / "case.duckdb") as case:
        found = investigate(case)
    assert found.incident is None
    assert found.root_cause is None


def test_a_service_that_was_down_all_along_has_an_incident_without_a_baseline(
    tmp_path: Path,
) -> None:
    scene = Scene(120, 10)
    scene.fail(scene.between(0))
    scene.checkpoints()
    scene.write(tmp_path / "case.duckdb")
    with open_case(tmp_path / "case.duckdb") as case:
        found = investigate(case)
    assert found.incident is not None
    assert found.incident.failure_rate == 1.0
    assert found.incident.baseline_failure_rate is None
    assert found.incident.baseline_latency_p95_s is None
    assert found.root_cause is not None
    assert found.root_cause.component == "unknown"
    assert not {"implicated", "ruled-out"} & set(statuses(found).values())


def test_an_unexplained_incident_clears_nobody(tmp_path: Path) -> None:
    """Every server fails alike, nobody says why, and whoever could be asked is silent."""
    scene = Scene(120, 25)
    scene.fail(scene.part(scene.between(60), 0.5), 500)
    scenes.noisy(scene).write(tmp_path / "case.duckdb")
    with open_case(tmp_path / "case.duckdb") as case:
        found = investigate(case)
    assert found.root_cause is not None
    if found.root_cause.component == "unknown":
        assert set(statuses(found).values()) <= {"inconclusive", "no-evidence"}
    assert statuses(found)["application"] != "ruled-out"
    assert statuses(found)["database"] != "implicated"
