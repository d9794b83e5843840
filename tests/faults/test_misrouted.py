"""Requests sent to a wrong pool, a dead address or a wrong path, and services that fail at home."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth.faults import bad_instance, misrouted
from tests.analyses.traffic_builder import FOUR, Scene
from tests.faults import scenes
from tests.faults.scenes import (
    ONSET,
    claims,
    down,
    named,
    noisy,
    outcomes,
    reload,
    rewritten_route,
    statuses,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts

FILES = ("files-1", "files-2")


def two_pools() -> Scene:
    """A pool that serves pages and one that serves files."""
    scene = Scene(servers=(*FOUR, *FILES), rate=30)
    files = scene.on(*FILES)
    scene.pool[files], scene.route[files] = "files", "/static"
    return scene


def moved() -> Scene:
    """Since a reload, searches go to the pool of files, which doesn't know them."""
    scene = reload(two_pools())
    strays = scene.between(ONSET) & scene.of("/search")
    scene.give(strays, {"files-1": 1, "files-2": 1})
    scene.pool[strays] = "files"
    scene.fail(strays, 404, 0.002)
    return noisy(scene)


def dead_address(server: str = "web-9") -> Scene:
    """Since a reload, a quarter of the requests go to an address where nobody listens."""
    scene = reload(Scene(rate=30))
    strays = scene.between(ONSET) & scene.on("web-2")
    scene.give(strays, {server: 1})
    scene.unreachable(scene.between(ONSET) & scene.on(server))
    return noisy(scene)


def test_a_route_in_another_pool_is_named_with_that_pool(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(moved())
    cause = named(facts)
    assert (cause.component, cause.fault, cause.target) == ("balancer", "misrouted", "files")
    assert "/search" in cause.summary
    assert statuses(facts)["application"] != "implicated"


def test_the_reload_is_not_needed_to_see_a_moved_route(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = moved()
    scene.lines = []
    assert claims(misrouted, gathered(scene)) == ["files"]


def test_one_that_strayed_as_the_onset_was_only_nearing_makes_no_home(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = moved()
    early = np.flatnonzero(scene.between(ONSET - 0.9, ONSET) & scene.of("/search"))[:1]
    scene.pool[early] = "files"
    scene.server[early], scene.first[early] = "files-1", "files-1"
    facts = gathered(scene)
    cause = named(facts)
    assert (cause.fault, cause.target) == ("misrouted", "files")
    assert statuses(facts)["balancer"] == "implicated"


def test_a_route_that_moved_and_is_served_there_is_well(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = reload(two_pools())
    strays = scene.between(ONSET) & scene.of("/search")
    scene.give(strays, {"files-1": 1, "files-2": 1})
    scene.pool[strays] = "files"
    scene.fail(scene.part(scene.between(ONSET) & scene.on("web-1"), 0.8), 500, 0.04)
    assert claims(misrouted, gathered(noisy(scene))) == []


def test_a_bad_route_in_its_own_pool_went_nowhere(gathered: Callable[[Scene], Facts]) -> None:
    scene = two_pools()
    scene.fail(scene.between(ONSET) & scene.of("/search"), 500, 0.03)
    assert claims(misrouted, gathered(noisy(scene))) == []


@pytest.mark.parametrize("status", [404, 400])
def test_nor_did_one_that_the_application_refuses_since_a_deploy(
    gathered: Callable[[Scene], Facts], status: int
) -> None:
    scene = two_pools()
    scene.fail(scene.between(ONSET) & scene.of("/search"), status, 0.003)
    for server in FOUR:
        scene.say("application", ONSET - 2, "starting shop version 2.5.0", instance=server,
                  level="info")  # fmt: skip
    assert claims(misrouted, gathered(noisy(scene))) == []


def test_a_dead_address_that_nobody_used_before_is_named(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(dead_address())
    cause = named(facts)
    assert (cause.fault, cause.target) == ("misrouted", "web-9")
    assert claims(bad_instance, facts) == []


def test_all_servers_on_dead_ports_are_misrouted_not_ejected(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = reload(Scene(rate=30))
    for server in FOUR:
        scene.give(scene.between(ONSET) & scene.on(server), {f"{server}:81": 1})
    scene.unreachable(scene.between(ONSET))
    cause = named(gathered(noisy(scene)))
    assert cause.fault == "misrouted"
    assert str(cause.target).endswith(":81")


@pytest.mark.parametrize("told", [True, False])
def test_a_backup_that_fails_as_the_others_did_was_not_misrouted(
    gathered: Callable[[Scene], Facts], told: bool
) -> None:
    scene = Scene(rate=30)
    scene.give(scene.between(ONSET + 15), {"web-9": 1})
    scene.fail(scene.part(scene.between(ONSET), 0.9), 504, 2.5)
    if told:
        scene.configure(dict.fromkeys((*FOUR, "web-9"), 1), backup=("web-9",))
    facts = gathered(noisy(scene))
    assert outcomes(misrouted, facts)["asked once the others had failed"] == "against"
    assert claims(misrouted, facts) == []


def test_a_dead_address_needs_no_reload(gathered: Callable[[Scene], Facts]) -> None:
    scene = dead_address()
    scene.lines = []
    assert claims(misrouted, gathered(scene)) == ["web-9"]


def test_a_new_server_that_serves_is_welcome(gathered: Callable[[Scene], Facts]) -> None:
    scene = reload(Scene(rate=30))
    scene.give(scene.between(ONSET), {**dict.fromkeys(FOUR, 1.0), "web-5": 1})
    scene.fail(scene.part(scene.between(ONSET), 0.15), 500)
    assert claims(misrouted, gathered(noisy(scene))) == []


def test_an_instance_that_refuses_connections_is_bad_itself(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene(rate=30)
    scene.unreachable(scene.between(ONSET) & scene.on("web-2"))
    down(scene, "web-2", ONSET + 4, "Layer4 connection problem")
    facts = gathered(noisy(scene))
    assert claims(misrouted, facts) == []
    assert claims(bad_instance, facts) == ["web-2"]


def test_a_name_that_points_to_a_wrong_port_since_a_reload_is_misrouted(
    gathered: Callable[[Scene], Facts],
) -> None:
    """HAProxy logs the server's name, whatever its address was changed to."""
    scene = dead_address("web-2")
    scene.configure(dict.fromkeys(FOUR, 1), addresses={"web-2": "web-2:8081"})
    facts = gathered(scene)
    assert outcomes(misrouted, facts)["a port unlike its equals"] == "for"
    cause = named(facts)
    assert cause.fault == "misrouted"
    assert cause.target is not None
    assert "web-2" in cause.target


def test_two_wrong_ports_are_known_by_their_longest_run_of_refusals(
    gathered: Callable[[Scene], Facts],
) -> None:
    """They serve again while the incident, by another failure, seems to go on."""
    scene = reload(Scene(rate=30, servers=[f"web-{n}" for n in range(1, 7)]))
    wrong = scene.between(ONSET, ONSET + 20) & scene.on("web-1", "web-5")
    scene.unreachable(wrong)
    scene.fail(scene.part(scene.between(ONSET + 20, ONSET + 45), 0.1), 500, 0.02)
    named_so = {f"web-{n}": 1 for n in range(1, 7)}
    wrongly = {"web-1": "web-1:9091", "web-5": "web-5:9190"}
    scene.configure(named_so, addresses={n: f"{n}:9090" for n in named_so} | wrongly)
    facts = gathered(noisy(scene))
    assert outcomes(misrouted, facts)["a port unlike its equals"] == "for"
    assert named(facts).target in {"web-1", "web-5"}


def test_an_instance_that_says_it_stopped_was_not_misrouted(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = dead_address("web-2")
    scene.say("application", ONSET - 1, "received signal 9, terminated", instance="web-2")
    facts = gathered(scene)
    assert outcomes(misrouted, facts)["the instance itself did not stop"] == "against"
    assert claims(misrouted, facts) == []


def rewritten(since: float = ONSET) -> Scene:
    """Since a reload, the application is asked for paths that no client asked for."""
    scene = reload(Scene(rate=30))
    scene.fail(scene.between(since), 404, 0.003)
    asked = scene.route.copy()
    spoilt = scene.between(since)
    scene.route[spoilt] = np.array([f"/v2{r}" for r in asked[spoilt]], dtype=object)
    scene.applications()
    scene.route = asked
    return scene


def test_paths_that_no_client_asked_for_are_misrouted(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(rewritten())
    assert claims(misrouted, facts) == ["web"]
    assert outcomes(misrouted, facts)["the application gets other paths"] == "for"


def test_paths_that_no_client_asked_for_need_no_time_before(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = rewritten(0.0)
    scene.lines = [line for line in scene.lines if line["role"] != "balancer"]
    facts = gathered(scene)
    assert facts.blind
    assert claims(misrouted, facts) == ["web"]


def test_where_all_is_refused_a_line_that_rewrites_is_told_without_the_applications(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene(rate=30)
    scene.fail(scene.between(0), 404, 0.003)
    scene.send("/", "web", 35)
    scene.sent[-1]["rewrite"] = "/app/"
    facts = gathered(scene)
    assert outcomes(misrouted, facts)["the configuration rewrites them"] == "for"
    assert claims(misrouted, facts) == ["web"]


def test_a_line_of_their_own_sends_routes_to_a_pool_that_refuses_them(
    gathered: Callable[[Scene], Facts],
) -> None:
    """From the first line to the last, so that nobody saw them served elsewhere."""
    scene = Scene(rate=30)
    scene.route[scene.of("/item")] = "/pictures"
    scene.pool[scene.of("/pictures", "/cart")] = "files"
    scene.fail(scene.of("/cart"), 404, 0.002)
    scene.send("/pictures", "files", 36)
    scene.send("/cart", "files", 47)
    facts = gathered(noisy(scene))
    assert facts.blind
    assert outcomes(misrouted, facts)["sent there by lines of their own"] == "for"
    assert claims(misrouted, facts) == ["files"]


def test_paths_that_are_as_asked_for_are_not(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene(rate=30)
    scene.fail(scene.between(ONSET), 404, 0.003)
    facts = gathered(noisy(scene))
    assert outcomes(misrouted, facts)["the application gets other paths"] == "against"
    assert claims(misrouted, facts) == []


@pytest.mark.parametrize("scene", [scenes.bad_server, scenes.skewed, scenes.slow_statements])
def test_other_faults_send_nobody_astray(
    gathered: Callable[[Scene], Facts], scene: Callable[[], Scene]
) -> None:
    assert claims(misrouted, gathered(scene())) == []


def cut_off(apart_s: float = 0.0) -> Scene:
    """Nobody listens any more where any server is sought, for half a minute."""
    scene = Scene(rate=40)
    scene.applications()
    for number, server in enumerate(FOUR):
        since = ONSET + apart_s * number
        lost = scene.between(since, since + 30) & scene.on(server)
        scene.unreachable(lost)
        gone = range(int(since), int(since) + 30)
        scene.lines = [
            line for line in scene.lines
            if line.get("instance") != server or int(line["said_at"]) not in gone
        ]  # fmt: skip
    return scene


def test_servers_that_are_lost_together_and_did_not_stop_are_sought_elsewhere(
    gathered: Callable[[Scene], Facts],
) -> None:
    cause = named(gathered(cut_off()))
    assert (cause.component, cause.fault, cause.target) == ("balancer", "misrouted", "web")


def test_servers_that_stop_themselves_are_not(gathered: Callable[[Scene], Facts]) -> None:
    scene = cut_off()
    for server in FOUR:
        said = "received signal 15, shutting down"
        scene.say("application", ONSET - 0.2, said, instance=server, level="info")
    assert claims(misrouted, gathered(scene)) == []


def test_servers_that_are_lost_one_after_the_other_are_not(
    gathered: Callable[[Scene], Facts],
) -> None:
    assert claims(misrouted, gathered(cut_off(4.0))) == []


def refused(product_reload: bool) -> Scene:
    """One route is refused everywhere, and nobody but the balancer has a log."""
    scene = Scene(rate=40)
    scene.fail(scene.between(ONSET) & scene.of("/search"), 404, 0.002)
    return reload(scene) if product_reload else scene


def test_a_route_that_is_refused_since_a_reload_is_rewritten(
    gathered: Callable[[Scene], Facts],
) -> None:
    cause = named(gathered(refused(product_reload=True)))
    assert (cause.fault, cause.target) == ("misrouted", "web")


def test_a_route_that_is_refused_without_one_is_not(gathered: Callable[[Scene], Facts]) -> None:
    assert claims(misrouted, gathered(refused(product_reload=False))) == []


def test_a_path_that_came_moments_before_the_onset_is_new(
    gathered: Callable[[Scene], Facts],
) -> None:
    """Stamps of whole seconds leave the onset open: of few lines three come before it."""
    scene, until = reload(rewritten_route()), ONSET + 6.0
    scene.drop(scene.between(until))
    scene.lines = [line for line in scene.lines if line["said_at"] < until]
    for line in [line for line in scene.lines if line.get("route") == "/internal"][:3]:
        line["said_at"] = ONSET - 0.4
    facts = gathered(scene)
    assert outcomes(misrouted, facts)["the application gets other paths"] == "for"
