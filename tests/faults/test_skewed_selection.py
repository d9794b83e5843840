"""Shares that nobody intended, and shares that follow from something else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from logsleuth import verdict
from logsleuth.faults import bad_instance, server_ejected, skewed_selection
from tests.analyses.traffic_builder import FOUR, Scene
from tests.faults import scenes
from tests.faults.scenes import ONSET, claims, named, noisy, outcomes, standing, statuses

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts


def test_a_weight_nobody_intended_is_named_with_the_hot_server(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(scenes.skewed())
    cause = named(facts)
    assert (cause.component, cause.fault, cause.target) == ("balancer", "skewed-selection", "web-1")
    assert verdict.skewed_pools(standing(facts)) == {"web"}
    told = statuses(facts)
    assert told["database"] == told["client"] == "ruled-out"
    assert told["application"] != "implicated"


def test_the_configuration_that_asks_for_it_speaks_for_it(
    gathered: Callable[[Scene], Facts],
) -> None:
    told = outcomes(skewed_selection, gathered(scenes.skewed()))
    assert told["the configuration asks for these shares"] == "for"
    assert told["a reload at the onset"] == "for"
    assert told["shares moved first"] == "for"


def test_neither_reload_nor_configuration_nor_other_logs_are_needed(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = scenes.skewed()
    scene.lines, scene.configured = [], []
    assert claims(skewed_selection, gathered(scene)) == ["web-1"]


def test_all_traffic_on_one_server_is_a_skew(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene(rate=30)
    scene.give(scene.between(ONSET), {"web-1": 1})
    scene.fail(scene.part(scene.between(ONSET), 0.5), 503, 2.0)
    scene.configure({"web-1": 1, "web-2": 1, "web-3": 1, "web-4": 1}, backup=FOUR[1:])
    scenes.reload(scene)
    cause = named(gathered(noisy(scene)))
    assert (cause.fault, cause.target) == ("skewed-selection", "web-1")


def test_a_bad_instance_that_least_connections_prefers_is_no_skew(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(scenes.eager_bad_server())
    assert claims(skewed_selection, facts) == []
    assert claims(bad_instance, facts) == ["web-2"]
    assert verdict.skewed_pools(standing(facts)) == frozenset()


def test_nor_is_it_where_no_configuration_tells_the_algorithm(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = scenes.eager_bad_server()
    scene.configured = []
    facts = gathered(scene)
    assert claims(skewed_selection, facts) == []
    assert claims(bad_instance, facts) == ["web-2"]


def test_a_key_is_no_weight_though_retries_hide_who_was_asked_first(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene(rate=60)
    gateway = scene.rng.uniform(size=len(scene)) < 0.7
    scene.client[gateway] = "192.0.2.99"
    after = scene.between(ONSET)
    for i, server in enumerate(FOUR):
        scene.give(after & _hashed(scene, i), {server: 1})
    hot = after & scene.on("web-1")
    saved = scene.part(hot, 0.3)
    scene.give(saved, {"web-2": 1, "web-3": 1, "web-4": 1})
    sick = hot & ~saved
    scene.slow(sick, 15.0)
    scene.fail(scene.part(sick, 0.5), 503, 2.0)
    facts = gathered(noisy(scene))
    assert outcomes(skewed_selection, facts)["the client does not choose the server"] == "against"
    cause = named(facts)
    assert (cause.fault, cause.target) == ("sticky-hotspot", "web-1")
    assert cause.confidence < 0.9


def _hashed(scene: Scene, place: int) -> np.ndarray[Any, Any]:
    """The requests of the clients whose addresses choose a server; a gateway's choose the first."""
    last = np.array([int(client.rpartition(".")[2]) for client in scene.client])
    flags: np.ndarray[Any, Any] = np.where(last == 99, 0, last % 4) == place
    return flags


def test_ejected_servers_are_no_skew(gathered: Callable[[Scene], Facts]) -> None:
    facts = gathered(scenes.ejected())
    assert verdict.skewed_pools(standing(facts)) == frozenset()
    assert named(facts).fault == "server-ejected"


def test_uneven_shares_that_were_always_so_are_no_skew(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene(rate=30)
    weights = {"web-1": 5, "web-2": 1, "web-3": 1, "web-4": 1}
    scene.give(scene.between(0), weights)
    scene.fail(scene.part(scene.between(ONSET), 0.5))
    scene.configure({name: int(weight) for name, weight in weights.items()})
    assert claims(skewed_selection, gathered(noisy(scene))) == []


def test_shares_that_moved_without_harm_are_not_to_blame(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene(rate=30)
    scene.give(scene.between(ONSET), {"web-1": 3, "web-2": 1, "web-3": 1, "web-4": 1})
    scene.fail(scene.part(scene.between(ONSET), 0.5), 500)
    assert claims(skewed_selection, gathered(noisy(scene))) == []


def test_shares_that_moved_long_after_the_onset_are_a_consequence(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene(rate=30)
    scene.fail(scene.part(scene.between(ONSET) & scene.on("web-1"), 0.7), 500, 0.04)
    scene.give(scene.between(90), {"web-1": 3, "web-2": 1, "web-3": 1, "web-4": 1})
    scene.fail(scene.part(scene.between(90) & scene.on("web-1"), 0.7), 500, 0.04)
    facts = gathered(noisy(scene))
    assert outcomes(skewed_selection, facts)["shares moved first"] == "against"
    assert verdict.skewed_pools(standing(facts)) == frozenset()


@pytest.mark.parametrize("servers", [("web-1",), FOUR])
def test_equal_shares_are_no_skew_though_there_is_no_baseline_or_no_choice(
    gathered: Callable[[Scene], Facts], servers: tuple[str, ...]
) -> None:
    scene = Scene(servers=servers)
    scene.fail(scene.part(scene.between(0), 0.5))
    assert claims(skewed_selection, gathered(scene)) == []


def test_a_double_part_in_a_pool_of_sixty_is_a_skew(gathered: Callable[[Scene], Facts]) -> None:
    names = tuple(f"web-{n:02d}" for n in range(60))
    scene = Scene(rate=200, servers=names)
    scene.give(scene.between(ONSET), {name: 2 if name == "web-07" else 1 for name in names})
    hot = scene.between(ONSET + 1) & scene.on("web-07")
    scene.slow(hot, 15.0)
    scene.fail(scene.part(hot, 0.5), 503, 2.0)
    cause = named(gathered(scene))
    assert (cause.fault, cause.target) == ("skewed-selection", "web-07")


def spares(scene: Scene) -> Scene:
    """A reload makes all but web-1 backups; it is ejected for a while each time it fails."""
    scene.give(scene.between(ONSET), {"web-1": 1})
    for since in (ONSET, ONSET + 15, ONSET + 30, ONSET + 45):
        hot = scene.between(since, since + 5)
        scene.slow(hot, 15.0)
        scene.fail(scene.part(hot, 0.4), 504, 2.0)
        scene.give(scene.between(since + 5, since + 15), dict.fromkeys(FOUR[1:], 1))
    return scenes.reload(scene)


def test_servers_that_serve_while_the_hot_one_is_out_were_made_backups(
    gathered: Callable[[Scene], Facts],
) -> None:
    cause = scenes.named(gathered(spares(Scene(rate=40))))
    assert (cause.fault, cause.target) == ("skewed-selection", "web-1")


def test_servers_that_the_log_takes_out_were_not(gathered: Callable[[Scene], Facts]) -> None:
    """Once they are back the other one has nothing but its queue to work off."""
    scene = Scene(rate=40)
    scene.give(scene.between(ONSET, ONSET + 30), {"web-1": 1})
    scene.fail(scene.part(scene.between(ONSET + 1, ONSET + 30), 0.8), 503, 2.0)
    scene.give(scene.between(ONSET + 30), dict.fromkeys(FOUR[1:], 1))
    scene.fail(scene.part(scene.between(ONSET + 30, ONSET + 40), 0.1), 503, 2.0)
    for server in FOUR[1:]:
        text = f"Server web/{server} is going DOWN for maintenance. 1 active server left"
        scene.say("balancer", ONSET, text, server=server, pool="web", level="warning")
    cause = scenes.named(gathered(scene))
    assert (cause.fault, cause.target) == ("server-ejected", "web")


def test_shares_that_follow_from_what_all_servers_fail_harm_nobody(
    gathered: Callable[[Scene], Facts],
) -> None:
    """Whoever turns requests away at once has the fewest connections, and gets the next."""
    scene = Scene(rate=40)
    scene.configure(dict.fromkeys(FOUR, 1), "least-conn")
    late = scene.between(ONSET)
    scene.give(late, {"web-1": 5, "web-2": 2, "web-3": 1, "web-4": 4})
    full = scene.on("web-1", "web-4")
    scene.fail(scene.part(late & full, 0.99), 503, 1.5)
    scene.fail(scene.part(late & ~full, 0.92), 503, 1.5)
    facts = gathered(noisy(scene))
    assert outcomes(skewed_selection, facts)["harm on the hot server"] == "against"
    assert claims(skewed_selection, facts) == []


def test_servers_that_are_tried_second_only_were_made_backups(
    gathered: Callable[[Scene], Facts],
) -> None:
    """All requests go to one server, and those that it doesn't answer in time to the others."""
    servers = tuple(f"10.0.0.{i}:8080" for i in range(1, 4))
    scene = Scene(rate=40.0, servers=servers, product="nginx-access")
    late = scene.between(ONSET)
    scene.give(late, {servers[0]: 1.0})
    scene.duration_s[late] = 1.4
    again = scene.part(late, 0.5)
    for part, server in ((0.5, servers[1]), (1.0, servers[2])):
        chosen = scene.part(again & ~scene.retried, part)
        scene.retry(chosen, server, 504)
        scene.took[chosen] = "1.500, 0.030"
    facts = gathered(scene)
    assert claims(skewed_selection, facts) == [servers[0]]
    assert outcomes(server_ejected, facts)["asked while another was out"] == "against"
    assert named(facts).fault == "skewed-selection"


def test_a_hot_server_that_is_ejected_and_returns_is_still_the_selections_doing(
    gathered: Callable[[Scene], Facts],
) -> None:
    """A weight of 7 fills one server, which is left out for failing and filled again after that."""
    servers = tuple(f"10.0.0.{i}:8080" for i in range(1, 4))
    scene = Scene(rate=40.0, servers=servers, product="nginx-access")
    hot, out = scene.between(ONSET), scene.between(ONSET + 12, ONSET + 32)
    scene.give(hot & ~out, {servers[0]: 7, servers[1]: 1, servers[2]: 1})
    scene.give(out, {servers[1]: 1, servers[2]: 1})
    filled = scene.between(ONSET + 2) & scene.on(servers[0])
    scene.fail(scene.part(filled, 0.5), 504, 3.0)
    scene.slow(filled, 12.0)
    scene.configure({servers[0]: 7, servers[1]: 1, servers[2]: 1},
                    addresses={server: server for server in servers})  # fmt: skip
    scene.say("balancer", ONSET - 0.5, "signal 1 (SIGHUP) received from 1, reconfiguring")
    scene.say(
        "balancer", ONSET + 12,
        "upstream server temporarily disabled while reading response header from upstream",
        server=servers[0],
    )  # fmt: skip
    facts = gathered(noisy(scene))
    told = outcomes(skewed_selection, facts)
    assert told["shares moved first"] == "for"
    assert told["the configuration asks for these shares"] == "for"
    assert "servers without requests" not in told
    cause = named(facts)
    assert (cause.fault, cause.target) == ("skewed-selection", servers[0])


def unnamed(*, slow: float = 12.0, gateway: bool = False) -> Scene:
    """No log tells which server a request was given to; the applications tell how many each had."""
    scene = Scene(rate=40)
    scene.give(scene.between(ONSET), {"web-1": 4, "web-2": 1, "web-3": 1, "web-4": 1})
    scene.slow(scene.between(ONSET) & scene.on("web-1"), slow)
    if gateway:
        scene.client[scene.part(scene.between(ONSET) & scene.on("web-1"), 0.6)] = "203.0.113.9"
    scene.applications()
    scene.server[:] = scene.first[:] = scene.pool[:] = ""
    return scene


def test_without_the_servers_names_the_instances_tell_who_had_more(
    gathered: Callable[[Scene], Facts],
) -> None:
    cause = named(gathered(unnamed()))
    assert (cause.fault, cause.target) == ("skewed-selection", "web-1")


def test_but_not_what_chose_one_where_a_gateway_came(gathered: Callable[[Scene], Facts]) -> None:
    facts = gathered(unnamed(gateway=True))
    assert outcomes(skewed_selection, facts)["a key may have chosen it"] == "against"
    assert named(facts).fault != "skewed-selection"


def test_nor_where_all_have_their_part(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene(rate=40)
    scene.slow(scene.between(ONSET) & scene.on("web-1"), 12.0)
    scene.applications()
    scene.server[:] = scene.first[:] = scene.pool[:] = ""
    assert skewed_selection.examine(gathered(scene)) == []
