"""Lines that tell of changes are put together to what somebody did."""

from __future__ import annotations

import pytest

from logsleuth.analyses.actions import VERSION, group
from logsleuth.analyses.changes import Change


def change(ts: float, kind: str, target: str = "", message: str = "", role: str = "") -> Change:
    whose = role or ("balancer" if kind in {"reload", "drained", "server-down"} else "application")
    return Change(f"{kind}:{target}:{ts}", ts, whose, kind, target, "", message)


def told(*changes: Change) -> list[tuple[str, str, int]]:
    return [(one.kind, one.name, len(one.changes)) for one in group(changes)]


def test_a_rollout_is_one_with_the_stops_before_its_starts() -> None:
    lines = [
        change(t + d, kind, f"app-{i}", "starting version 2.1.0" if kind == "start" else "stopping")
        for i, t in enumerate((10.0, 20.0, 30.0))
        for d, kind in ((0.0, "stop"), (0.4, "start"))
    ]
    [one] = group(lines)
    assert (one.kind, one.name, one.version) == ("release", "2.1.0", "2.1.0")
    assert len(one.starts) == 3
    assert (one.ts, one.until) == (10.0, 30.4)


def test_who_starts_on_the_version_that_it_had_is_restarted() -> None:
    again = [change(t, "start", "app-1", "starting version 2.1.0") for t in (10.0, 900.0)]
    assert told(*again) == [
        ("release", "2.1.0", 1),
        ("restart", "restart of app-1 on 2.1.0 at 00:15:00 UTC", 1),
    ]


def test_a_reload_is_one_whatever_the_balancer_says_of_it() -> None:
    lines = [change(t, "reload", target) for t, target in ((5.0, "web"), (5.4, "api"), (9.0, ""))]
    assert [one.ts for one in group(lines)] == [5.0, 9.0]


def test_each_drained_server_is_one_and_health_checks_are_none() -> None:
    lines = [change(5.0, "drained", "a"), change(5.1, "drained", "b"), change(6.0, "server-down")]
    assert [one.changes[0].target for one in group(lines)] == ["a", "b"]


def test_what_somebody_noted_has_its_own_words() -> None:
    noted = change(5.0, "deploy", "", "anna raised the limit", role="change")
    assert told(noted) == [("change", "anna raised the limit", 1)]


def test_a_stop_without_a_start_is_a_stop() -> None:
    assert told(change(5.0, "stop", "app-1", "exiting"))[0][0] == "stop"


@pytest.mark.parametrize(
    ("text", "version"),
    [("booted release v2.18.1", "2.18.1"), ("version=3.4.2-rc.1 up", "3.4.2-rc.1"),
     ("Listening at: http://0.0.0.0:8080", None), ("listening on 127.0.0.1:9000", None)],
)  # fmt: skip
def test_an_address_is_no_version(text: str, version: str | None) -> None:
    found = VERSION.search(text)
    assert (found[1] if found else None) == version
