"""Shares of servers before and in the window, and who came, went, gained and fell silent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth.analyses import badness, pools, traffic
from tests.analyses.traffic_builder import BEGIN, FOUR, Scene, window

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.pools import PoolFacts, ServerFacts
    from logsleuth.case.store import Case


def examined(case: Case, onset: float = 60.0, ended: float | None = None) -> tuple[PoolFacts, ...]:
    """The pools of a case, with a window that a test chose."""
    requests = traffic.read(case)
    return pools.examine(case, requests, badness.judge(requests), window(onset, ended))


def server(pool: PoolFacts, name: str) -> ServerFacts:
    return next(s for s in pool.servers if s.server == name)


def test_shares_add_up_on_both_sides_and_requests_to_the_totals(
    case_of: Callable[[Scene], Case],
) -> None:
    scene = Scene()
    [pool] = examined(case_of(scene), 60.0, 100.0)
    assert [s.server for s in pool.servers] == list(FOUR)
    assert sum(s.before.share for s in pool.servers) == pytest.approx(1.0)
    assert sum(s.during.share for s in pool.servers) == pytest.approx(1.0)
    assert pool.before == scene.between(0, 60).sum()
    assert pool.during == scene.between(60, 100).sum()
    assert (pool.unserved, pool.gone()) == (0, ())


def test_shares_that_stay_have_not_moved(case_of: Callable[[Scene], Case]) -> None:
    [pool] = examined(case_of(Scene()))
    assert pool.moved is not None
    assert pool.moved < 0.02
    assert pool.p_value is not None
    assert pool.p_value > 0.01
    assert pool.changed_at is None
    assert pool.phi < 0.5  # in turns: more even than chance


def test_moved_is_the_part_of_the_requests_on_another_server(
    case_of: Callable[[Scene], Case],
) -> None:
    scene = Scene(rate=60)
    scene.give(scene.between(60), {"web-1": 7, "web-2": 1, "web-3": 1, "web-4": 1})
    [pool] = examined(case_of(scene))
    assert pool.moved == pytest.approx(0.45, abs=0.03)
    assert pool.p_value is not None
    assert pool.p_value < 1e-6
    assert pool.changed_at == pytest.approx(BEGIN + 60, abs=1.5)


def test_a_change_after_the_incident_is_not_looked_at(case_of: Callable[[Scene], Case]) -> None:
    scene = Scene()
    scene.give(scene.between(100), {"web-1": 1})
    [pool] = examined(case_of(scene), 60.0, 95.0)
    assert pool.changed_at is None


def test_a_pool_without_a_baseline_has_not_moved(case_of: Callable[[Scene], Case]) -> None:
    [pool] = examined(case_of(Scene()), 0.5)
    assert (pool.moved, pool.p_value) == (None, None)


def test_a_pool_of_one_server_has_no_shares_to_move(case_of: Callable[[Scene], Case]) -> None:
    [pool] = examined(case_of(Scene(servers=("web-1",))))
    assert pool.moved is None
    assert pool.servers[0].during.share == 1.0


def test_a_server_that_gets_nothing_any_more_is_gone(case_of: Callable[[Scene], Case]) -> None:
    scene = Scene()
    scene.give(scene.between(60) & scene.on("web-3"), {"web-1": 1, "web-2": 1, "web-4": 1})
    [pool] = examined(case_of(scene))
    [gone] = pool.gone()
    assert (gone.server, gone.absent) == ("web-3", 1.0)
    assert gone.last_seen == pytest.approx(BEGIN + 60, abs=1.0)
    assert gone.bad_before_silence == 0.0


def test_a_server_that_was_away_for_half_of_the_window_is_gone(
    case_of: Callable[[Scene], Case],
) -> None:
    scene = Scene()
    scene.give(scene.between(70, 100) & scene.on("web-3"), {"web-1": 1})
    [pool] = examined(case_of(scene))
    [gone] = pool.gone()
    assert gone.absent == pytest.approx(0.5, abs=0.03)
    assert gone.last_seen == pytest.approx(BEGIN + 70, abs=1.0)


def test_a_server_that_hardly_ever_got_anything_is_not_gone(
    case_of: Callable[[Scene], Case],
) -> None:
    scene = Scene()
    scene.give(scene.between(0), {"web-1": 1, "web-2": 1, "rare": 0.004})
    scene.give(scene.between(60) & scene.on("rare"), {"web-1": 1})
    [pool] = examined(case_of(scene))
    assert pool.gone() == ()


def test_what_went_badly_before_a_silence_is_remembered(case_of: Callable[[Scene], Case]) -> None:
    scene = Scene()
    scene.fail(scene.between(60, 66) & scene.on("web-3"))
    scene.give(scene.between(66) & scene.on("web-3"), {"web-1": 1})
    [pool] = examined(case_of(scene))
    assert server(pool, "web-3").bad_before_silence == 1.0


def test_a_server_of_the_window_alone_is_new(case_of: Callable[[Scene], Case]) -> None:
    scene = Scene()
    scene.give(scene.between(60) & scene.on("web-4"), {"web-5": 1})
    [pool] = examined(case_of(scene))
    assert [s.server for s in pool.servers if s.new] == ["web-5"]
    assert [s.server for s in pool.gone()] == ["web-4"]


def test_requests_that_no_server_was_chosen_for_are_counted_apart(
    case_of: Callable[[Scene], Case],
) -> None:
    scene = Scene()
    lost = scene.part(scene.between(60), 0.4)
    scene.fail(lost, 503)
    scene.server[lost] = scene.first[lost] = ""
    [pool] = examined(case_of(scene))
    assert pool.unserved == lost.sum()
    assert pool.during == (scene.between(60) & ~lost).sum()
    assert sum(s.during.share for s in pool.servers) == pytest.approx(1.0)


def test_a_retried_request_counts_for_the_server_that_was_tried_first(
    case_of: Callable[[Scene], Case],
) -> None:
    scene = Scene(product="nginx-access")
    again = scene.between(60) & scene.on("web-2")
    scene.first[:] = scene.server[:] = np.array([f"{s}:8080" for s in scene.first], dtype=object)
    scene.retry(again, "web-1:8080")
    [pool] = examined(case_of(scene))
    hit, saved = server(pool, "web-2:8080"), server(pool, "web-1:8080")
    assert hit.during.requests == again.sum()
    assert hit.during.share == pytest.approx(0.25, abs=0.01)
    assert hit.during.attempts_failed == again.sum()
    assert hit.during.unconnected == again.sum()  # refused within milliseconds
    assert saved.during.attempts == (scene.between(60) & scene.on("web-1:8080")).sum() + again.sum()
    assert saved.during.attempts_failed == 0
    assert hit.during.failure_rate == 0.0  # the client got its answer
    assert pool.moved is not None
    assert pool.moved < 0.02


def test_an_attempt_that_took_its_time_to_fail_did_connect(
    case_of: Callable[[Scene], Case],
) -> None:
    scene = Scene()
    failing = scene.between(60) & scene.on("web-2")
    scene.fail(failing, 502, 0.4)
    [pool] = examined(case_of(scene))
    assert server(pool, "web-2").during.attempts_failed == failing.sum()
    assert server(pool, "web-2").during.unconnected == 0


def test_pools_that_the_log_names_are_kept_apart(case_of: Callable[[Scene], Case]) -> None:
    scene = Scene(servers=("web-1", "web-2", "api-1", "api-2"))
    scene.pool[scene.on("api-1", "api-2")] = "api"
    found = examined(case_of(scene))
    assert [pool.pool for pool in found] == ["api", "web"]
    assert [[s.server for s in pool.servers] for pool in found] == [
        ["api-1", "api-2"],
        ["web-1", "web-2"],
    ]


def test_nameless_servers_of_the_same_routes_are_one_pool(
    case_of: Callable[[Scene], Case],
) -> None:
    names = ("10.0.0.1:80", "10.0.0.2:80", "10.0.1.1:80", "10.0.1.2:80")
    scene = Scene(servers=names, pool="", product="nginx-access")
    files = scene.on("10.0.1.1:80", "10.0.1.2:80")
    scene.route[files] = "/static"
    found = examined(case_of(scene))
    assert [[s.server for s in pool.servers] for pool in found] == [
        list(names[:2]),
        list(names[2:]),
    ]
    assert [pool.pool for pool in found] == ["10.0.0.1:80 and 1 more", "10.0.1.1:80 and 1 more"]


def test_the_configuration_names_the_pool_of_a_nameless_server(
    case_of: Callable[[Scene], Case],
) -> None:
    names = ("10.0.0.1:80", "10.0.0.2:80")
    scene = Scene(servers=names, pool="", product="nginx-access")
    scene.configure(
        {names[0]: 3, names[1]: 1}, pool="shop", addresses=dict(zip(names, names, strict=True))
    )
    [pool] = examined(case_of(scene))
    assert pool.pool == "shop"
    assert [s.configured_share for s in pool.servers] == [0.75, 0.25]
    assert pool.algorithm == "round-robin"


def test_a_configured_server_without_requests_is_in_the_pool(
    case_of: Callable[[Scene], Case],
) -> None:
    scene = Scene()
    scene.configure({**dict.fromkeys(FOUR, 1), "spare": 1}, backup=("spare",))
    [pool] = examined(case_of(scene))
    spare = server(pool, "spare")
    assert (spare.before.requests, spare.during.requests, spare.configured_share) == (0, 0, 0.0)
    assert spare.configured is not None
    assert spare.configured.backup
    assert pool.gone() == ()


def test_routes_are_counted_on_both_sides(case_of: Callable[[Scene], Case]) -> None:
    scene = Scene()
    scene.fail(scene.between(60) & scene.of("/cart"), 404)
    [pool] = examined(case_of(scene))
    before = (scene.between(0, 60) & scene.of("/cart")).sum()
    surely = (scene.between(0, 57) & scene.of("/cart")).sum()
    during = (scene.between(60) & scene.of("/cart")).sum()
    told, *rest = pool.routes["GET /cart"]
    assert surely <= told < before  # not those of the moments in which it may have begun
    assert rest == [during, during]
    assert pool.routes["GET /home"][2] == 0


def test_random_selection_scatters_by_one_and_turns_by_less(
    case_of: Callable[[Scene], Case],
) -> None:
    scene = Scene(rate=60)
    scene.give(scene.between(0), dict.fromkeys(FOUR, 1.0))
    [pool] = examined(case_of(scene))
    assert pool.phi == pytest.approx(1.0, abs=0.45)
