"""What somebody did, as each program tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from logsleuth.analyses import changes
from tests.analyses.traffic_builder import BEGIN, Scene, opened

if TYPE_CHECKING:
    from collections.abc import Callable

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
