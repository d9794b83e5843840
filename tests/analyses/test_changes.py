"""What somebody did, as each program tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from logsleuth.analyses import changes
from logsleuth.case import library
from logsleuth.case.ingest import ingest
from logsleuth.case.store import open_case
from logsleuth.formats import spec
from tests.analyses.traffic_builder import BEGIN, Scene, opened

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from logsleuth.case.store import Case

SAID: Final = (
    ("balancer", "signal 1 (SIGHUP) received from 77, reconfiguring", "reload"),
    ("balancer", "reconfiguring", "reload"),
    ("balancer", "Proxy web stopped (cumulated conns: FE: 12, BE: 12).", "reload"),
    ("balancer", "New worker (4711) forked", "reload"),
    ("balancer", "Loading success.", "reload"),
    ("balancer", "Server web/web-1 is going DOWN for maintenance. 3 active servers left.",
     "drained"),
    ("balancer", "Server web/web-1 was DRAIN and now enters maintenance", "drained"),
    ("balancer", "Server web/web-1 is DOWN, reason: Layer4 connection problem", "server-down"),
    ("balancer", "Health check for server web/web-1 failed, reason: Layer7 wrong status, code: 404",
     "server-down"),
    ("balancer", "upstream server temporarily disabled while connecting to upstream",
     "server-down"),
    ("balancer", "Server web/web-1 is UP, reason: Layer7 check passed", "server-up"),
    ("application", "deployed release 2026.3.1", "deploy"),
    ("application", "rolling back to 2026.2.9", "deploy"),
    ("application", "starting shop version 2.4.0", "start"),
    ("application", "Listening at: http://0.0.0.0:8080 (7)", "start"),
    ("application", "received signal 15, shutting down", "stop"),
    ("change", "anna set web-2 to weight 18", "deploy"),
    ("balancer", "Graceful restart requested, doing restart", "reload"),
    ("balancer", "cds: add 1 cluster(s), remove 0 cluster(s)", "reload"),
    ("application", "Scaled up replica set web-5d9c7b to 3", "deploy"),
    ("application", "Sync operation to 5c5f3a1 succeeded", "deploy"),
    ("application", "Branch main (at 5c5f3a1) deployed as release 20260302101501", "deploy"),
    ("application", "deployment \"web\" successfully rolled out", "deploy"),
    ("application", "spawned: 'web' with pid 712", "start"),
    ("application", "success: web entered RUNNING state, process has stayed up for > than 1 s",
     "start"),
    ("application", "Started container web", "start"),
    ("application", "container start 4f5a0c1de2a94b7c (image=shop:2.4.0, name=web-1)", "start"),
    ("application", "container die 4f5a0c1de2a94b7c (exitCode=137, name=web-1)", "stop"),
    ("application", "exited: web (exit status 1; not expected)", "stop"),
    ("application", "released 12 connections to the pool", None),
    ("application", "lock released 5 ms later", None),
    ("application", "release of the lock took 7 ms", None),
    ("balancer", "192.0.2.7 sent an invalid request", None),
    ("balancer", "connect() failed (111: Connection refused) while connecting to upstream", None),
    ("application", "order 17 stored", None),
    ("application", "could not connect to server", None),
    ("database", "starting PostgreSQL 17.2 on x86_64-pc-linux-gnu", None),
)  # fmt: skip


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    scene = Scene(1, 0)
    for number, (role, text, _) in enumerate(SAID):
        scene.say(role, 5.0 * number, text, instance=f"{number}")
    with opened(scene, tmp_path_factory.mktemp("changes")) as case:
        return {SAID[int(c.target)][:2]: c.kind for c in changes.read(case)}


@pytest.mark.parametrize(("role", "text", "kind"), SAID)
def test_what_is_done_is_known_by_kind(
    kinds: dict[tuple[str, str], str], role: str, text: str, kind: str | None
) -> None:
    assert kinds.get((role, text)) == kind


def test_what_repeats_within_two_seconds_is_one_change(case_of: Callable[[Scene], Case]) -> None:
    scene = Scene(1, 0)
    for at in (10.0, 11.5, 13.0, 30.0):
        scene.say("balancer", at, "New worker (1) forked")
    scene.say("balancer", 11.0, "Server web/web-1 is DOWN", server="web-1", pool="web")
    scene.say("balancer", 11.2, "Server web/web-2 is DOWN", server="web-2", pool="web")
    found = changes.read(case_of(scene))
    assert [(c.kind, c.target, round(c.ts - BEGIN, 1)) for c in found] == [
        ("reload", "", 10.0),
        ("server-down", "web-1", 11.0),
        ("server-down", "web-2", 11.2),
        ("reload", "", 30.0),
    ]
    assert found[1].pool == "web"


def test_a_change_is_told_in_one_short_line(case_of: Callable[[Scene], Case]) -> None:
    scene = Scene(1, 0)
    scene.say("application", 10.0, "deployed " + "x" * 500 + "\nby anna")
    [found] = changes.read(case_of(scene))
    assert found.message.startswith("deployed xxx")
    assert len(found.message) == 240


def test_requests_are_no_changes(case_of: Callable[[Scene], Case]) -> None:
    scene = Scene(10, 5)
    scene.say("application", 5.0, "GET /release started", status=200, route="/release")
    assert changes.read(case_of(scene)) == ()


@pytest.mark.parametrize("message", ["lock released by worker 4", "connection released to pool"])
def test_what_lets_go_of_something_is_no_deploy(
    case_of: Callable[[Scene], Case], message: str
) -> None:
    scene = Scene()
    scene.say("application", 20.0, message, instance="web-1", level="info")
    assert changes.read(case_of(scene)) == ()


@pytest.mark.parametrize("message", ["booted release 3.4.2", "released v2.1", "new release is up"])
def test_a_release_is_a_deploy(case_of: Callable[[Scene], Case], message: str) -> None:
    scene = Scene()
    scene.say("application", 20.0, message, instance="web-1", level="info")
    [change] = changes.read(case_of(scene))
    assert (change.kind, change.target) == ("deploy", "web-1")


def test_the_beginning_of_a_request_is_no_start(case_of: Callable[[Scene], Case]) -> None:
    scene = Scene(1, 0)
    scene.say("application", 10.0, 'Started GET "/cart" for 192.0.2.7', method="GET")
    scene.say("application", 20.0, "Started shop in 2.1 seconds")
    assert [c.message for c in changes.read(case_of(scene))] == ["Started shop in 2.1 seconds"]


def test_the_query_tells_of_all_layers(case_of: Callable[[Scene], Case]) -> None:
    scene = Scene(1, 0)
    scene.say("application", 10.0, "deployed release 2026.3.1")
    scene.say("database", 20.0, "received fast shutdown request")
    scene.say("database", 30.0, "database system is ready to accept connections")
    scene.say("system", 40.0, "Reloaded A high performance web server and a reverse proxy (nginx).")
    scene.say("system", 50.0, "Started Session 12 of user root.")
    case = case_of(scene)
    _, rows = library.run(case, library.find(library.load(), "changes"), {})
    assert [row[1:3] for row in rows] == [
        ("deploy", "application"),
        ("stop", "database"),
        ("start", "database"),
        ("reload", "system"),
    ]


def test_a_line_without_a_time_is_as_late_as_the_requests_before_it(tmp_path: Path) -> None:
    """HAProxy without syslog's header: requests have a time of their own, state lines have none."""
    lines = [
        f"192.0.2.{i}:4{i:04d} [01/Mar/2026:10:00:{i:02d}.000] public web/web-{i % 2 + 1}"
        f' 0/0/0/400/400 200 942 - - ---- 1/1/0/0/0 0/0 "GET /cart HTTP/1.1"'
        for i in range(1, 50)
    ]
    lines.insert(30, "Proxy public stopped (cumulated conns: FE: 30, BE: 0).")
    lines.insert(0, "Proxy public stopped (cumulated conns: FE: 9, BE: 0).")
    (tmp_path / "haproxy.log").write_text("\n".join(lines) + "\n")
    ingest([str(tmp_path / "haproxy.log")], tmp_path / "case.duckdb", spec.load(None))
    with open_case(tmp_path / "case.duckdb") as case:
        [reload] = changes.read(case)
    assert reload.kind == "reload"
    assert reload.ts == pytest.approx(BEGIN + 30.4)
