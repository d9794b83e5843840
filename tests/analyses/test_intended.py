"""Configured, eligible, baseline and equal shares kept apart, and which of them disagree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.analyses.traffic_builder import FOUR, Scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.intended import Intended

EQUAL = dict.fromkeys(FOUR, 1.0)
HEAVY = {"web-1": 7.0, "web-2": 1.0, "web-3": 1.0, "web-4": 1.0}


def scene() -> Scene:
    made = Scene(rate=60.0)
    made.fail(made.part(made.between(60), 0.3))
    return made


def of(facts: Facts) -> Intended:
    return facts.intended["web"]


def test_a_configuration_that_is_followed_disagrees_with_the_baseline(
    gathered: Callable[[Scene], Facts],
) -> None:
    made = scene()
    made.give(made.between(60), HEAVY)
    made.configure({name: int(weight) for name, weight in HEAVY.items()}, pool="web")
    found = of(gathered(made))
    assert found.disagrees == ("baseline", "peers")
    assert found.line == "lb.cfg:1"
    assert not found.absence_explains
    assert found.from_baseline == pytest.approx(0.45, abs=0.03)
    assert found.from_configuration == pytest.approx(0.0, abs=0.03)


def test_shares_that_leave_their_configuration_are_not_explained_by_it(
    gathered: Callable[[Scene], Facts],
) -> None:
    made = scene()
    made.give(made.between(60), HEAVY)
    made.configure(dict.fromkeys(FOUR, 1), pool="web")
    found = of(gathered(made))
    assert found.disagrees == ("configuration", "baseline", "peers")
    assert found.line is None


def test_uneven_shares_that_are_meant_disagree_with_peers_alone(
    gathered: Callable[[Scene], Facts],
) -> None:
    made = scene()
    made.give(made.between(0), HEAVY)
    made.configure({name: int(weight) for name, weight in HEAVY.items()}, pool="web")
    assert of(gathered(made)).disagrees == ("peers",)


def test_a_server_that_was_out_explains_the_rest(gathered: Callable[[Scene], Facts]) -> None:
    made = scene()
    made.give(made.between(60) & made.on("web-3"), {name: 1.0 for name in FOUR if name != "web-3"})
    made.configure(dict.fromkeys(FOUR, 1), pool="web")
    found = of(gathered(made))
    assert found.absence_explains
    assert found.from_configuration == pytest.approx(0.25, abs=0.02)
    assert found.from_eligible == pytest.approx(0.0, abs=0.04)
    [gone] = [server for server in found.servers if server.server == "web-3"]
    assert (gone.eligible, gone.returning, gone.out) == (0.0, 0.0, 1.0)
    assert gone.configured == 0.25


def test_without_a_configuration_nothing_is_said_of_it(gathered: Callable[[Scene], Facts]) -> None:
    found = of(gathered(scene()))
    assert (found.from_configuration, found.from_eligible, found.line) == (None, None, None)
    assert found.disagrees == ()
    assert {s.configured for s in found.servers} == {None}
