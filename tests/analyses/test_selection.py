"""The algorithm in force, held against the one that the configuration names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from logsleuth.analyses import pools, selection, traffic
from logsleuth.analyses.selection import expected_key
from tests.analyses.traffic_builder import FOUR, Scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.selection import Selection
    from logsleuth.case.store import Case


def by_client(scene: Scene, flags: Any) -> None:
    """Let the client's address choose the server."""
    homes = {client: FOUR[i % 4] for i, client in enumerate(sorted(set(scene.client)))}
    names = np.array([homes[client] for client in scene.client], dtype=object)
    scene.server[flags], scene.first[flags] = names[flags], names[flags]


def selected(case: Case) -> Selection:
    requests = traffic.read(case)
    middle = np.arange(len(requests)) < len(requests) // 2
    lines = list(pools.lines_of("web", requests.servers, pools.configured(case)).values())
    return selection.select(case, requests, middle, ~middle, lines)


def configured(scene: Scene, algorithm: str, key: str | None = None) -> Scene:
    scene.configure(dict.fromkeys(FOUR, 1), pool="web", algorithm=algorithm, affinity_key=key)
    return scene


def test_turns_that_are_configured_are_seen_and_do_not_change(
    case_of: Callable[[Scene], Case],
) -> None:
    found = selected(case_of(configured(Scene(), "round-robin")))
    assert (found.before.algorithm, found.during.algorithm) == ("round-robin", "round-robin")
    assert (found.as_configured, found.changed) == (True, False)


def test_affinity_that_begins_is_a_change_of_the_algorithm(
    case_of: Callable[[Scene], Case],
) -> None:
    scene = Scene()
    by_client(scene, scene.between(60))
    found = selected(case_of(configured(scene, "source", "client address")))
    assert (found.before.algorithm, found.during.algorithm) == ("round-robin", "client-affinity")
    assert (found.as_configured, found.changed) == (True, True)


def test_affinity_in_a_pool_that_should_take_turns_is_not_as_configured(
    case_of: Callable[[Scene], Case],
) -> None:
    scene = Scene()
    by_client(scene, scene.between(0))
    assert selected(case_of(configured(scene, "round-robin"))).as_configured is False


def test_turns_in_a_pool_that_should_go_by_address_are_not_as_configured(
    case_of: Callable[[Scene], Case],
) -> None:
    assert selected(case_of(configured(Scene(), "ip-hash"))).as_configured is False


def test_a_cookie_that_no_log_shows_leaves_it_open(case_of: Callable[[Scene], Case]) -> None:
    found = selected(case_of(configured(Scene(), "round-robin", "cookie SRV")))
    assert found.as_configured is None


def test_equal_servers_leave_it_open_whether_connections_are_counted(
    case_of: Callable[[Scene], Case],
) -> None:
    assert selected(case_of(configured(Scene(), "least-conn"))).as_configured is None


def test_without_a_configuration_there_is_nothing_to_be_held_against(
    case_of: Callable[[Scene], Case],
) -> None:
    found = selected(case_of(Scene()))
    assert (found.configured, found.as_configured) == (None, None)


@pytest.mark.parametrize(
    ("algorithm", "key", "expected"),
    [
        ("ip-hash", "client address", "client"),
        ("hash", "$remote_addr", "client"),
        ("hash", "$request_uri", "uri"),
        ("hash", "$cookie_session", None),
        ("uri", "uri", "uri"),
        ("hdr", "X-User", None),
        ("round-robin", None, None),
    ],
)
def test_the_key_that_decides_is_known_by_its_name(
    algorithm: str, key: str | None, expected: str | None
) -> None:
    line = pools.Configured("web", "a", "a:80", algorithm, key, 1, False, False, 1.0, "lb", 1)
    assert expected_key(line) == expected
