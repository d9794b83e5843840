"""Healthy servers taken out of rotation, and ill ones that were taken out for a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from logsleuth.faults import server_ejected
from tests.analyses.traffic_builder import FOUR, Scene
from tests.faults import scenes
from tests.faults.scenes import ONSET, claims, named, noisy, outcomes, statuses

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts


def test_several_healthy_servers_taken_out_are_named_by_their_pool(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(scenes.ejected())
    cause = named(facts)
    assert (cause.component, cause.fault, cause.target) == ("balancer", "server-ejected", "web")
    assert statuses(facts)["database"] in {"ruled-out", "inconclusive"}
    assert statuses(facts)["client"] == "ruled-out"


def test_one_healthy_server_taken_out_is_named_itself(gathered: Callable[[Scene], Facts]) -> None:
    cause = named(gathered(scenes.ejected(("web-3",))))
    assert (cause.fault, cause.target) == ("server-ejected", "web-3")


def test_the_balancers_words_are_not_needed(gathered: Callable[[Scene], Facts]) -> None:
    scene = scenes.ejected()
    scene.lines = [line for line in scene.lines if line["role"] != "balancer"]
    cause = named(gathered(scene))
    assert (cause.fault, cause.target) == ("server-ejected", "web")


def test_a_drained_server_is_ejected(gathered: Callable[[Scene], Facts]) -> None:
    scene = scenes.ejected(("web-3",))
    scene.lines = [line for line in scene.lines if line["role"] != "balancer"]
    text = "Server web/web-3 is going DOWN for maintenance. 3 active servers left"
    scene.say("balancer", ONSET - 0.1, text, server="web-3", pool="web", level="warning")
    facts = gathered(scene)
    assert claims(server_ejected, facts) == ["web-3"]
    assert outcomes(server_ejected, facts)["the balancer took them out"] == "for"


def test_servers_that_the_configuration_marks_down_are_ejected(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = scenes.ejected()
    scene.configure(dict.fromkeys(FOUR, 1), down=("web-3", "web-4"))
    facts = gathered(scene)
    assert claims(server_ejected, facts) == ["web"]
    assert outcomes(server_ejected, facts)["configured so"] == "for"


def test_a_pool_that_lost_all_its_servers_is_named(gathered: Callable[[Scene], Facts]) -> None:
    scene = scenes.reload(Scene(rate=30))
    lost = scene.between(ONSET)
    scene.fail(lost, 503, 0.001)
    scene.server[lost] = scene.first[lost] = ""
    for name in FOUR:
        scenes.down(scene, name, ONSET - 0.1, "Layer7 wrong status, code: 404")
    cause = named(gathered(noisy(scene)))
    assert (cause.fault, cause.target) == ("server-ejected", "web")


def test_a_server_that_failed_before_it_was_taken_out_is_a_bad_instance(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(scenes.died())
    assert claims(server_ejected, facts) == []
    cause = named(facts)
    assert (cause.fault, cause.target) == ("bad-instance", "web-3")


def test_a_server_given_up_for_its_errors_is_no_ejection(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene(rate=30)
    scene.fail(scene.between(ONSET, ONSET + 10) & scene.on("web-3"), 500, 0.04)
    scene.fail(scene.between(ONSET + 35, ONSET + 45) & scene.on("web-3"), 500, 0.04)
    away = scene.between(ONSET + 10, ONSET + 35)
    scene.give(away & scene.on("web-3"), dict.fromkeys(FOUR[:2], 1.0))
    scene.fail(scene.part(away & scene.on("web-1", "web-2"), 0.2), 503)
    scenes.down(scene, "web-3", ONSET + 10, "Layer7 wrong status, code: 500")
    facts = gathered(noisy(scene))
    assert outcomes(server_ejected, facts)["healthy when they went"] == "against"
    assert claims(server_ejected, facts) == []


@pytest.mark.parametrize(("code", "outcome"), [(404, "for"), (503, "against")])
def test_a_check_that_answers_5xx_says_that_its_server_is_ill(
    gathered: Callable[[Scene], Facts], code: int, outcome: str
) -> None:
    scene = scenes.ejected()
    for line in scene.lines:
        line["message"] = str(line.get("message", "")).replace("code: 404", f"code: {code}")
    told = outcomes(server_ejected, gathered(scene))
    assert told["the balancer took them out"] == outcome


def test_spares_by_configuration_are_a_skew(gathered: Callable[[Scene], Facts]) -> None:
    scene = scenes.ejected()
    scene.lines = [line for line in scene.lines if line["role"] != "balancer"]
    scene.configure(dict.fromkeys(FOUR, 1), backup=("web-3", "web-4"))
    facts = gathered(scene)
    assert outcomes(server_ejected, facts)["configured so"] == "against"


def test_a_server_that_left_unharmed_is_not_to_blame(gathered: Callable[[Scene], Facts]) -> None:
    """Somebody drained web-3; that web-1 fails has another reason."""
    scene = Scene(rate=30)
    scene.give(scene.between(ONSET) & scene.on("web-3"), dict.fromkeys(("web-2", "web-4"), 1.0))
    scene.fail(scene.part(scene.between(ONSET) & scene.on("web-1"), 0.8), 500, 0.04)
    facts = gathered(noisy(scene))
    assert outcomes(server_ejected, facts)["the rest carries the load"] == "against"
    assert named(facts).fault != "server-ejected"


@pytest.mark.parametrize("scene", [scenes.bad_server, scenes.skewed, scenes.stopped])
def test_where_no_server_is_gone_there_is_nothing_to_judge(
    gathered: Callable[[Scene], Facts], scene: Callable[[], Scene]
) -> None:
    assert server_ejected.examine(gathered(scene())) == []


def test_servers_that_were_left_out_first_are_told_from_those_that_gave_in(
    gathered: Callable[[Scene], Facts],
) -> None:
    """Three of four are taken out; the last one can't carry it all, and is ejected for a while."""
    scene = Scene(rate=40)
    late = scene.between(ONSET)
    scene.give(late, {"web-1": 1})
    scene.fail(scene.part(late, 0.6), 504, 1.0)
    ejected = scene.between(ONSET + 20, ONSET + 45)
    scene.fail(ejected, 503, 0.0)
    scene.server[ejected] = scene.first[ejected] = ""
    scene.say("balancer", ONSET - 0.4, "New worker (4711) forked", level="info")
    facts = gathered(noisy(scene))
    assert outcomes(server_ejected, facts)["healthy when they went"] == "for"
    assert named(facts).fault == "server-ejected"


def test_who_has_no_line_of_what_went_badly_may_have_got_it(
    gathered: Callable[[Scene], Facts],
) -> None:
    """Where applications alone tell whose a request was, one that hangs seems to get none."""
    scene = Scene()
    hanging = scene.between(ONSET) & scene.on("web-3")
    scene.fail(scene.part(hanging, 0.4), 504, took=3.0)
    scene.server[hanging], scene.first[hanging] = None, None
    facts = gathered(scene)
    facts.__dict__["names_servers"] = False
    assert outcomes(server_ejected, facts)["servers without requests"] == "neutral"
    assert claims(server_ejected, facts) == []
    facts.__dict__["names_servers"] = True
    assert outcomes(server_ejected, facts)["servers without requests"] == "for"


@pytest.mark.parametrize(("heard", "outcome"), [(True, "neutral"), (False, "against")])
def test_silence_tells_of_a_death_only_where_no_other_of_them_is_heard(
    gathered: Callable[[Scene], Facts], heard: bool, outcome: str
) -> None:
    scene = scenes.ejected(("web-2", "web-3", "web-4"))
    if heard:
        scene.lines.append(
            {"role": "application", "said_at": ONSET + 9, "instance": "web-2", "route": "/healthz",
             "method": "GET", "status": 200, "duration_s": 0.001, "level": "info"}
        )  # fmt: skip
    assert outcomes(server_ejected, gathered(scene))["the instances went on"] == outcome
