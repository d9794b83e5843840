"""Releases beside incidents: guilty where instances turn bad with their own start, else not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth.faults import bad_release
from tests.analyses.traffic_builder import BEGIN, FOUR, Scene
from tests.faults.scenes import ONSET, claims, named, noisy, outcomes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.traffic import Array


def rollout(scene: Scene, starts: Mapping[str, float], version: str) -> Scene:
    for server, at in starts.items():
        scene.say("application", at, f"starting version {version}", instance=server, level="info")
    return scene


def since(scene: Scene, starts: Mapping[str, float]) -> Array:
    """Flags of the requests on an instance that has started anew."""
    flags: Array = np.zeros(len(scene), dtype=bool)
    for server, at in starts.items():
        flags |= scene.on(server) & (scene.started >= BEGIN + at)
    return flags


@pytest.mark.parametrize("apart", [0.0, 6.0])
def test_instances_that_fail_from_their_own_start_on_have_a_bad_release(
    gathered: Callable[[Scene], Facts], apart: float
) -> None:
    scene = Scene(rate=40)
    starts = {server: ONSET + apart * i for i, server in enumerate(FOUR)}
    rollout(scene, {server: 20.0 + i for i, server in enumerate(FOUR)}, "1.8.0")
    scene.fail(scene.part(since(scene, starts), 0.5), 500, 0.04)
    facts = gathered(noisy(rollout(scene, starts, "1.9.0")))
    cause = named(facts)
    assert (cause.fault, cause.target) == ("bad-release", "1.9.0")
    if apart:
        assert outcomes(bad_release, facts)["instances that did not have it yet"] == "for"


@pytest.mark.parametrize(
    ("begin", "check"),
    [(ONSET - 8, "the release had served well"), (ONSET, "instances that did not have it yet")],
)
def test_a_release_beside_an_incident_of_another_cause_is_innocent(
    gathered: Callable[[Scene], Facts], begin: float, check: str
) -> None:
    """All instances break at one moment, whenever each of them started."""
    scene = Scene(rate=40)
    starts = {server: begin + 1.5 * i for i, server in enumerate(FOUR)}
    scene.fail(scene.part(scene.between(ONSET), 0.5), 500, 0.04)
    facts = gathered(noisy(rollout(scene, starts, "1.9.0")))
    assert outcomes(bad_release, facts)[check] == "against"
    assert claims(bad_release, facts) == []


def test_a_route_that_fails_where_the_release_did_not_start_yet_acquits_it(
    gathered: Callable[[Scene], Facts],
) -> None:
    """A rollout is under way when a route breaks, on instances with the release and without it."""
    scene = Scene(rate=40)
    starts = {server: ONSET - 1.0 + 1.5 * i for i, server in enumerate(FOUR)}
    scene.fail(scene.part(scene.between(ONSET) & scene.of("/search"), 0.6), 500, 0.04)
    facts = gathered(noisy(rollout(scene, starts, "1.9.0")))
    assert outcomes(bad_release, facts)["the same without it"] == "against"
    assert (named(facts).fault, named(facts).target) == ("bad-route", "GET /search")


def test_a_release_that_serves_well_whatever_reaches_it_is_not_to_blame(
    gathered: Callable[[Scene], Facts],
) -> None:
    """The balancer turns requests away at the moment of a rollout."""
    scene = Scene(rate=40)
    starts = {server: ONSET - 2.0 + 0.5 * i for i, server in enumerate(FOUR)}
    turned = scene.part(scene.between(ONSET), 0.6)
    scene.fail(turned, 503, 0.001)
    scene.termination[turned], scene.server[turned], scene.first[turned] = "sQ--", "", ""
    facts = gathered(noisy(rollout(scene, starts, "1.9.0")))
    assert outcomes(bad_release, facts)["instances serve well on it"] == "against"
    assert claims(bad_release, facts) == []


def test_a_release_that_dies_of_requests_without_a_line_is_not_acquitted_by_the_others(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene(rate=40)
    starts = {server: ONSET - 0.2 + 0.1 * i for i, server in enumerate(FOUR)}
    scene.fail(scene.part(scene.between(ONSET), 0.5), 502, 0.01)
    noisy(rollout(scene, starts, "1.9.0"))
    scene.lines = [line for line in scene.lines if line.get("status") != 502]
    facts = gathered(scene)
    assert "instances serve well on it" not in outcomes(bad_release, facts)
    assert named(facts).fault == "bad-release"


def test_what_the_instances_call_well_is_asked_of_the_balancer(
    gathered: Callable[[Scene], Facts],
) -> None:
    """They finish what it gives up, so their own account never tells when that began."""
    scene = Scene(rate=40)
    starts = {server: ONSET - 30.0 + 1.5 * i for i, server in enumerate(FOUR)}
    noisy(rollout(scene, starts, "1.9.0"))
    scene.fail(scene.part(scene.between(ONSET), 0.4), 504, 0.06)
    facts = gathered(scene)
    assert outcomes(bad_release, facts)["the release had served well"] == "against"
    assert claims(bad_release, facts) == []


def test_one_instance_that_starts_while_all_are_ill_already_has_no_bad_release(
    gathered: Callable[[Scene], Facts],
) -> None:
    """The evidence begins within the incident."""
    scene = Scene(rate=40)
    scene.fail(scene.part(scene.between(0), 0.5), 504, 2.0)
    facts = gathered(noisy(rollout(scene, {"web-2": 4.5}, "1.9.0")))
    told = {r.check.name: r.check.outcome for f in bad_release.examine(facts) for r in f.reasons}
    assert told["as bad before it"] == "against"
    assert claims(bad_release, facts) == []


def test_the_deploy_that_one_of_many_tells_of_is_not_everybodys(
    gathered: Callable[[Scene], Facts],
) -> None:
    """All are ill from the first line on, beside which one starts anew."""
    scene = Scene(rate=40)
    scene.fail(scene.between(0), 503, 0.003)
    noisy(scene)
    scene.say("application", 0.05, "booted release 1.0.372", instance="web-4", level="info")
    facts = gathered(scene)
    assert facts.blind
    assert claims(bad_release, facts) == []


def test_a_rollout_that_the_evidence_sees_the_last_of_is_bad(
    gathered: Callable[[Scene], Facts],
) -> None:
    """Two instances had it before the first line; the others are ill from their own start on."""
    scene = Scene(rate=40)
    starts = {"web-3": 4.0, "web-4": 8.0}
    ill = since(scene, starts) | scene.on("web-1", "web-2")
    scene.fail(scene.part(ill, 0.5), 500, 0.04)
    facts = gathered(noisy(rollout(scene, starts, "1.9.0")))
    told = {r.check.name: r.check.outcome for f in bad_release.examine(facts) for r in f.reasons}
    assert told["a release at the onset"] == "for"
    assert "as bad before it" not in told


CRASH = "unhandled exception in /cart\nTraceback (most recent call last):\n{}"


def thrown(scene: Scene, says: str) -> Scene:
    """Every failure has a line of its instance, from the first line of the evidence on."""
    for i in np.flatnonzero(scene.status == 500).tolist():
        at = float(scene.started[i]) - BEGIN
        scene.say("application", at, CRASH.format(says), instance=str(scene.first[i]))
    return scene


@pytest.mark.parametrize(
    ("says", "fault"),
    [
        ('  File "/srv/a.py", line 3\ndecimal.DivisionByZero: 1 / 0', "bad-release"),
        (
            "    at Cart.total(Cart.java:31)\nCaused by: java.lang.NullPointerException",
            "bad-release",
        ),
        ("psycopg.OperationalError: the connection is closed", None),
        ("TimeoutError: the queue pool is empty", None),
    ],
)
def test_code_that_throws_everywhere_was_released_before_the_evidence(
    gathered: Callable[[Scene], Facts], says: str, fault: str | None
) -> None:
    scene = Scene(rate=30)
    scene.fail(scene.part(scene.between(0), 0.4), 500, 0.04)
    facts = gathered(noisy(thrown(scene, says)))
    assert facts.blind
    assert named(facts).fault == fault


def test_instances_that_fail_without_the_exception_acquit_the_code(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene(rate=30)
    scene.fail(scene.part(scene.between(0), 0.4), 500, 0.04)
    quiet = scene.on("web-1", "web-2")
    scene.status[quiet & (scene.status == 500)] = 503
    facts = gathered(noisy(thrown(scene, "KeyError: 'total'")))
    assert outcomes(bad_release, facts)["instances that fail without it"] == "against"
    assert claims(bad_release, facts) == []


def test_what_one_instance_alone_throws_was_not_released(
    gathered: Callable[[Scene], Facts],
) -> None:
    """The others only wait, as slow as it, and answer all the same."""
    scene = Scene(rate=30)
    scene.slow(scene.between(0, 90), 15.0)
    scene.fail(scene.part(scene.between(0, 90) & scene.on("web-2"), 0.3), 500, 0.04)
    facts = gathered(noisy(thrown(scene, "KeyError: 'total'")))
    assert facts.begun_before
    assert claims(bad_release, facts) == []


def ailing(scene: Scene, ill: Array) -> Scene:
    scene.slow(ill, 20.0)
    scene.fail(scene.part(ill, 0.3), 504, 2.0)
    return scene


def test_a_release_that_ends_a_slow_time_tells_of_the_one_before(
    gathered: Callable[[Scene], Facts],
) -> None:
    starts = {server: 47.0 + i for i, server in enumerate(FOUR)}
    scene = Scene(rate=30)
    facts = gathered(noisy(rollout(ailing(scene, ~since(scene, starts)), starts, "1.8.0")))
    assert outcomes(bad_release, facts)["a release ended it"] == "for"
    assert (named(facts).fault, named(facts).target) == ("bad-release", None)


@pytest.mark.parametrize(
    ("says", "fault"), [("starting version 1.8.0", "bad-release"), ("starting", "bad-route")]
)
def test_a_route_that_another_release_mended_had_come_with_the_one_before(
    gathered: Callable[[Scene], Facts], says: str, fault: str
) -> None:
    """Nobody saw it begin, and the last instances of the rollout start after the last failure."""
    starts = {server: 49.0 + 0.6 * i for i, server in enumerate(FOUR)}
    scene = Scene(rate=30)
    ill = scene.of("/cart") & ~since(scene, starts)
    scene.fail(scene.part(ill, 0.4), 500, 0.04)
    for server, at in starts.items():
        scene.say("application", at, says, instance=server, level="info")
    facts = gathered(noisy(thrown(scene, "KeyError: 'total'")))
    assert facts.begun_before
    assert named(facts).fault == fault


def test_instances_that_are_ill_after_they_started_anew_were_not_cured_by_that(
    gathered: Callable[[Scene], Facts],
) -> None:
    starts = {server: 43.0 + i for i, server in enumerate(FOUR)}
    scene = Scene(rate=30)
    facts = gathered(noisy(rollout(ailing(scene, ~scene.between(50)), starts, "1.8.0")))
    assert outcomes(bad_release, facts)["a release did not end it"] == "against"
    assert claims(bad_release, facts) == []


def test_a_release_that_began_to_fail_moments_later_is_not_acquitted(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene(rate=40)
    starts = dict.fromkeys(FOUR, ONSET - 1.3)
    scene.fail(scene.part(scene.between(ONSET) & scene.of("/cart"), 0.5), 500, 0.04)
    cause = named(gathered(noisy(rollout(scene, starts, "1.9.0"))))
    assert (cause.fault, cause.target) == ("bad-release", "1.9.0")


@pytest.mark.parametrize(("until", "fault"), [(80, None), (120, "bad-release")])
def test_what_ends_while_the_release_stays_was_not_its_work(
    gathered: Callable[[Scene], Facts], until: float, fault: str | None
) -> None:
    scene = Scene(rate=40)
    starts = dict.fromkeys(FOUR, ONSET - 0.2)
    scene.fail(scene.part(scene.between(ONSET, until), 0.5), 500, 0.04)
    facts = gathered(noisy(rollout(scene, starts, "1.9.0")))
    assert ("it ended while the release stayed" in outcomes(bad_release, facts)) == (fault is None)
    assert named(facts).fault == fault


def test_a_release_that_was_taken_back_is_not_acquitted_by_the_end(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene(rate=40)
    scene.fail(scene.part(scene.between(ONSET, 85), 0.5), 500, 0.04)
    rollout(scene, dict.fromkeys(FOUR, ONSET - 0.2), "1.9.0")
    facts = gathered(noisy(rollout(scene, dict.fromkeys(FOUR, 84.5), "1.8.0")))
    assert "it ended while the release stayed" not in outcomes(bad_release, facts)
    assert (named(facts).fault, named(facts).target) == ("bad-release", "1.9.0")


def test_what_one_server_has_alone_is_not_what_all_of_them_were_released_with(
    gathered: Callable[[Scene], Facts],
) -> None:
    """It started first, and got most of the requests; the others have the release and are well."""
    scene = Scene(rate=40)
    starts = {server: ONSET + 4.0 * i for i, server in enumerate(FOUR)}
    scene.give(scene.between(ONSET), {"web-1": 7, "web-2": 1, "web-3": 1, "web-4": 1})
    scene.fail(scene.part(scene.between(ONSET) & scene.on("web-1"), 0.9), 503, 2.0)
    facts = gathered(noisy(rollout(scene, starts, "1.9.0")))
    assert outcomes(bad_release, facts)["instances that have it and are well"] == "against"
    assert claims(bad_release, facts) == []


def test_a_slow_rollout_beside_sparse_traffic_is_one_release(
    gathered: Callable[[Scene], Facts],
) -> None:
    """A request in two seconds: the first that goes badly may well be everyday and too early."""
    scene = Scene(seconds=1200, rate=1.5)
    starts = {server: 600 + 40.0 * i for i, server in enumerate(FOUR)}
    scene.fail(scene.part(since(scene, starts), 0.6), 500, 0.04)
    scene.fail(scene.between(592, 594), 500, 0.04)
    facts = gathered(noisy(rollout(scene, starts, "1.9.0")))
    assert (named(facts).fault, named(facts).target) == ("bad-release", "1.9.0")


def test_a_rollout_that_goes_on_after_the_end_may_have_ended_it(
    gathered: Callable[[Scene], Facts],
) -> None:
    starts = {server: 540 + 40.0 * i for i, server in enumerate(FOUR)}
    scene = Scene(seconds=1200, rate=3)
    ill = ailing(scene, ~since(scene, dict.fromkeys(FOUR, 600.0)) & ~since(scene, starts))
    facts = gathered(noisy(rollout(ill, starts, "1.8.0")))
    assert outcomes(bad_release, facts)["a release ended it"] == "for"
