"""Changes are judged by name: guilty, innocent or undecided, each for a reason with figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pytest

from logsleuth import verdict
from logsleuth.analyses import judgements
from logsleuth.analyses.facts import Calm, gather
from logsleuth.model import Check, Moment, RootCause
from tests.analyses.traffic_builder import BEGIN, FOUR, Scene

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from logsleuth.analyses.facts import Facts
    from logsleuth.case.store import Case
    from logsleuth.model import JudgedChange

ONSET: Final = 60.0
SKEWED: Final = {"web-1": 7, "web-2": 1, "web-3": 1, "web-4": 1}
UNKNOWN: Final = RootCause("unknown", None, None, 0.0, "")


def named(fault: str, component: str = "balancer", target: str | None = None) -> RootCause:
    return RootCause(component, fault, target, 0.9, "")


def judged(
    facts: Facts, root: RootCause = UNKNOWN, cited: tuple[str, ...] = ()
) -> tuple[JudgedChange, ...]:
    check = Check("a release at the onset", "for", "", evidence=cited)
    return judgements.examine(facts, root, [check]).changes


def broken(rate: float = 40.0, share: float = 0.5) -> Scene:
    """All servers fail a part of the requests from the onset on."""
    scene = Scene(rate=rate)
    scene.fail(scene.part(scene.between(ONSET), share), 500, 0.04)
    return scene


def reload(scene: Scene, *moments: float) -> Scene:
    for at in moments:
        scene.say("balancer", at, "signal 1 (SIGHUP) received from 7, reconfiguring")
    return scene


def rollout(scene: Scene, starts: Mapping[str, float], version: str = "1.9.0") -> Scene:
    for server, at in starts.items():
        scene.say("application", at - 0.3, "shutting down gracefully", instance=server)
        scene.say("application", at, f"starting version {version}", instance=server, level="info")
    scene.applications()
    return scene


def one_by_one(first: float, apart: float = 1.5) -> dict[str, float]:
    return {server: first + apart * i for i, server in enumerate(FOUR)}


def starts_of(facts: Facts) -> tuple[str, ...]:
    return tuple(c.event_id for c in facts.changes if c.kind == "start")


# Releases.


def test_the_release_that_the_cause_rests_on_is_guilty(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(rollout(broken(), one_by_one(ONSET, 0.0)))
    [told] = judged(facts, named("bad-release", "application"), starts_of(facts))
    assert (told.verdict, told.kind, told.name) == ("guilty", "release", "1.9.0")
    assert "4 instances" in told.why


def test_the_other_release_isn_t_guilty_with_it(gathered: Callable[[Scene], Facts]) -> None:
    scene = rollout(broken(), one_by_one(20.0), "1.8.0")
    for server in FOUR:
        scene.say("application", ONSET, "starting version 1.9.0", instance=server)
    facts = gathered(scene)
    cited = tuple(c.event_id for c in facts.changes if "1.9.0" in c.message)
    told = {c.name: c.verdict for c in judged(facts, named("bad-release", "application"), cited)}
    assert told == {"1.8.0": "innocent", "1.9.0": "guilty"}


def test_a_release_that_served_well_is_innocent(gathered: Callable[[Scene], Facts]) -> None:
    [told] = judged(gathered(rollout(broken(), one_by_one(20.0))))
    assert told.verdict == "innocent"
    assert "requests on it before the onset went well" in told.why
    assert told.evidence


def test_a_release_that_spared_nobody_without_it_is_innocent(
    gathered: Callable[[Scene], Facts],
) -> None:
    starts = {"web-1": ONSET - 1, "web-2": ONSET + 9, "web-3": ONSET + 9.1, "web-4": ONSET + 9.2}
    [told] = judged(gathered(rollout(broken(), starts)))
    assert told.verdict == "innocent"
    assert "did not have it yet" in told.why


def test_a_release_that_came_later_is_innocent(gathered: Callable[[Scene], Facts]) -> None:
    [told] = judged(gathered(rollout(broken(), one_by_one(ONSET + 12))))
    assert told.verdict == "innocent"
    assert "after the onset" in told.why


def test_a_release_that_only_some_suffer_with_is_innocent(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene(rate=40)
    scene.fail(scene.part(scene.between(ONSET) & scene.on("web-2"), 0.7), 500, 0.04)
    [told] = judged(gathered(rollout(scene, one_by_one(ONSET - 0.9, 0.2))))
    assert told.verdict == "innocent"
    assert "web-1, web-3, web-4 started on it as well" in told.why


def test_a_release_at_the_onset_of_something_unknown_is_undecided(
    gathered: Callable[[Scene], Facts],
) -> None:
    [told] = judged(gathered(rollout(broken(), one_by_one(ONSET - 1, 0.1))))
    assert told.verdict == "undecided"
    assert told.would_decide


def test_a_weak_release_isn_t_cleared_by_few_requests(gathered: Callable[[Scene], Facts]) -> None:
    """With 4 % failing, 3 s of requests would have shown nothing."""
    [told] = judged(gathered(rollout(broken(share=0.04), one_by_one(ONSET - 3, 0.0))))
    assert told.verdict == "undecided"


def test_a_change_that_somebody_noted_is_judged_by_the_balancers_requests(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = broken()
    scene.say("change", 20.0, "anna set the cache to 4 GB")
    [told] = judged(gathered(scene))
    assert (told.kind, told.name, told.verdict) == (
        "change",
        "anna set the cache to 4 GB",
        "innocent",
    )


# Reloads.


def skewed(at: float) -> Scene:
    scene = Scene(rate=40)
    scene.give(scene.between(at), SKEWED)
    scene.fail(scene.part(scene.between(ONSET) & scene.on("web-1"), 0.6), 503, 2.0)
    return scene


@pytest.mark.parametrize("lead", [0.4, 25.0])
def test_the_reload_that_moved_the_shares_is_guilty_however_early(
    gathered: Callable[[Scene], Facts], lead: float
) -> None:
    facts = gathered(reload(skewed(ONSET - lead), ONSET - lead - 0.1))
    [told] = judged(facts, named("skewed-selection", target="web-1"))
    assert told.verdict == "guilty"
    assert "moved to other servers" in told.why


def test_a_reload_before_the_guilty_one_is_innocent(gathered: Callable[[Scene], Facts]) -> None:
    facts = gathered(reload(skewed(ONSET), 40.0, ONSET - 0.3, ONSET + 20))
    told = judged(facts, named("skewed-selection", target="web-1"))
    assert [one.verdict for one in told] == ["innocent", "guilty", "innocent"]
    assert "in the same shares" in told[0].why


def test_a_reload_that_moved_nothing_of_a_skew_is_innocent(
    gathered: Callable[[Scene], Facts],
) -> None:
    """The weight was set at a socket, which no log tells of."""
    facts = gathered(reload(skewed(ONSET), ONSET - 9))
    [told] = judged(facts, named("skewed-selection", target="web-1"))
    assert told.verdict == "innocent"


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [("misrouted", "guilty"), ("timeout-misconfigured", "guilty"), ("capacity-limit", "guilty"),
     ("server-ejected", "guilty")],
)  # fmt: skip
def test_the_reload_at_the_onset_of_what_is_configured_is_guilty(
    gathered: Callable[[Scene], Facts], fault: str, verdict: str
) -> None:
    [told] = judged(gathered(reload(broken(), ONSET - 0.5)), named(fault))
    assert told.verdict == verdict


@pytest.mark.parametrize(("share", "verdict"), [(0.04, "guilty"), (0.5, "undecided")])
def test_a_reload_is_at_the_onset_if_the_harm_would_not_have_shown_before(
    gathered: Callable[[Scene], Facts], share: float, verdict: str
) -> None:
    """Of a route that few ask for, the first bad request comes seconds later."""
    scene = reload(broken(share=share), ONSET - 2.5)
    [told] = judged(gathered(scene), named("misrouted"))
    assert told.verdict == verdict


@pytest.mark.parametrize(
    ("fault", "verdict"), [("misrouted", "innocent"), ("capacity-limit", "undecided")]
)
def test_what_bites_only_under_load_may_be_configured_before(
    gathered: Callable[[Scene], Facts], fault: str, verdict: str
) -> None:
    [told] = judged(gathered(reload(broken(), ONSET - 20)), named(fault))
    assert told.verdict == verdict


def test_a_reload_at_the_onset_of_another_components_fault_is_innocent_if_nothing_moved(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(reload(broken(), ONSET - 0.5))
    [told] = judged(facts, named("outage", "database"))
    assert told.verdict == "innocent"
    assert "this changed nothing" in told.why


def test_a_reload_isn_t_cleared_by_another_fault_where_the_balancer_gives_up(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = reload(Scene(rate=40), ONSET - 0.5)
    scene.fail(scene.part(scene.between(ONSET), 0.5), 504, 2.0)
    [told] = judged(gathered(scene), named("slow-queries", "database"))
    assert told.verdict == "undecided"
    assert told.would_decide == "the balancer's configuration before and after it"


def test_what_makes_it_worse_isn_t_innocent_for_coming_later(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = reload(broken(share=0.2), ONSET + 20)
    scene.fail(scene.between(ONSET + 20), 500)
    [told] = judged(gathered(scene))
    assert told.verdict == "undecided"
    assert "it got worse with it" in told.why


# Drained servers.


def drain(scene: Scene, at: float) -> Scene:
    text = "Server web/web-4 is going DOWN for maintenance. 3 active servers left."
    scene.say("balancer", at, text, server="web-4", pool="web")
    scene.give(scene.between(at) & scene.on("web-4"), {"web-1": 1, "web-2": 1, "web-3": 1})
    return scene


@pytest.mark.parametrize(
    ("at", "fault", "verdict"),
    [
        (ONSET - 0.5, "server-ejected", "guilty"),
        (ONSET - 30, "outage", "innocent"),
        (ONSET - 0.5, "traffic-surge", "undecided"),
        (ONSET + 20, "outage", "innocent"),
    ],
)
def test_a_drained_server_is_judged(
    gathered: Callable[[Scene], Facts], at: float, fault: str, verdict: str
) -> None:
    [told] = judged(gathered(drain(broken(), at)), named(fault))
    assert (told.kind, told.name[:14], told.verdict) == ("drained", "drain of web-4", verdict)


# All of them.


def test_where_nothing_broke_everything_is_innocent(case_of: Callable[[Scene], Case]) -> None:
    scene = rollout(reload(Scene(rate=30), 50.0), one_by_one(30.0))
    calm = gather(case_of(scene))
    assert isinstance(calm, Calm)
    told = judgements.without_incident(calm).changes
    assert [(one.kind, one.verdict) for one in told] == [
        ("release", "innocent"), ("reload", "innocent"),
    ]  # fmt: skip
    assert all("nothing broke" in one.why for one in told)


def test_many_reloads_are_judged_as_one_far_from_the_onset(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(reload(broken(), *np.arange(0.0, 118.0, 3.0).tolist()))
    told = judged(facts)
    assert len(told) == judgements.MOST + 2
    assert sum(one.count for one in told) == 40
    assert told[0].count > 1
    assert told[0].until > told[0].ts
    assert told[0].verdict == "innocent"


def test_the_timeline_says_the_verdict(gathered: Callable[[Scene], Facts]) -> None:
    facts = gathered(reload(broken(), 20.0))
    found = judgements.examine(facts, UNKNOWN, [])
    event = facts.changes[0].event_id
    at = found.changes[0].ts
    change = Moment(at, "change", "balancer", "balancer reconfigured", (event,))
    other = Moment(at, "shares", "balancer", "shares change", (event,))
    assert [m.title for m in found.told([change, other])] == [
        "innocent: balancer reconfigured", "shares change",
    ]  # fmt: skip


def test_each_verdict_is_a_check_of_its_component(gathered: Callable[[Scene], Facts]) -> None:
    facts = gathered(rollout(reload(broken(), 20.0, ONSET - 0.4), one_by_one(25.0)))
    found = judgements.examine(facts, named("misrouted"), [])
    balancer, application = found.checks("balancer"), found.checks("application")
    assert [check.outcome for check in balancer] == ["for", "against"]
    assert [check.outcome for check in application] == ["against"]
    assert application[0].explanation.startswith("release 1.9.0 is innocent: ")
    assert not found.checks("database")


def test_an_innocent_release_doesn_t_stand_against_ruling_out_the_application(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene(rate=60)
    scene.fail(scene.part(scene.between(ONSET) & scene.on("web-2"), 0.7), 500, 0.04)
    facts = gathered(rollout(scene, one_by_one(ONSET - 25)))
    found = judgements.examine(facts, named("skewed-selection"), [])

    def still(judged: judgements.Judged | None) -> tuple[bool, str]:
        _, application, *_ = verdict.exonerations(facts, judged)
        [check] = [c for c in application.checks if c.name == "no deploy or restart"]
        return application.enough, check.outcome

    assert still(None) == (False, "neutral")
    assert still(found) == (True, "against")


def test_a_change_has_its_time_and_the_sql_that_shows_it(
    gathered: Callable[[Scene], Facts],
) -> None:
    [told] = judged(gathered(reload(broken(), 20.0)))
    assert told.ts.timestamp() == BEGIN + 20.0
    assert told.query
