"""Shares that leave their level while nothing goes wrong, and all the innocent reasons for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth.analyses.facts import Calm, gather
from logsleuth.investigation import investigate
from tests.analyses.traffic_builder import BEGIN, FOUR, Scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.case.store import Case
    from logsleuth.model import Pool

HEAVY = {"web-1": 5.0, "web-2": 2.0, "web-3": 2.0, "web-4": 1.0}
AT = 80.0


def moved() -> Scene:
    scene = Scene(rate=60.0)
    scene.give(scene.between(AT), HEAVY)
    return scene


def only(case: Case) -> Pool:
    assert isinstance(gather(case), Calm), "the scene has an incident"
    [pool] = investigate(case).pools
    return pool


def test_shares_that_move_without_a_reason_are_a_skew_without_harm(
    case_of: Callable[[Scene], Case],
) -> None:
    pool = only(case_of(moved()))
    assert pool.skewed
    assert pool.since.timestamp() == pytest.approx(BEGIN + AT, abs=2)
    assert pool.until.timestamp() == pytest.approx(BEGIN + 120, abs=2)
    assert pool.expected_from == "baseline"
    assert pool.effect == pytest.approx(0.25, abs=0.03)
    assert pool.p_value is not None
    assert pool.p_value < 1e-6
    [hot, *_] = pool.servers
    assert hot.observed_share == pytest.approx(0.5, abs=0.03)
    assert hot.expected_share == pytest.approx(0.25, abs=0.01)
    assert sum(s.observed_share for s in pool.servers) == pytest.approx(1.0)


def test_the_configuration_of_before_doesn_t_excuse_it(case_of: Callable[[Scene], Case]) -> None:
    scene = moved()
    scene.configure(dict.fromkeys(FOUR, 1), pool="web")
    pool = only(case_of(scene))
    assert pool.skewed
    assert pool.disagrees == ("configuration", "baseline", "peers")


def test_steady_shares_are_no_skew_however_uneven(case_of: Callable[[Scene], Case]) -> None:
    scene = Scene(rate=60.0)
    scene.give(scene.between(0), HEAVY)
    pool = only(case_of(scene))
    assert not pool.skewed
    assert pool.disagrees == ("peers",)
    assert pool.effect < 0.05


def test_what_the_configuration_asks_for_and_harms_nobody_is_no_skew(
    case_of: Callable[[Scene], Case],
) -> None:
    scene = moved()
    scene.configure({name: int(weight) for name, weight in HEAVY.items()}, pool="web")
    assert not only(case_of(scene)).skewed


@pytest.mark.parametrize("algorithm", ["least-conn", "source", "uri", "first"])
def test_shares_that_follow_from_load_or_keys_are_no_skew(
    case_of: Callable[[Scene], Case], algorithm: str
) -> None:
    scene = moved()
    scene.configure(dict.fromkeys(FOUR, 1), pool="web", algorithm=algorithm)
    assert not only(case_of(scene)).skewed


def test_clients_that_keep_to_their_server_are_no_skew(case_of: Callable[[Scene], Case]) -> None:
    scene = Scene(rate=60.0)
    clients = sorted(set(scene.client))
    homes = {c: FOUR[(0, 0, 0, 0, 0, 0, 1, 1, 2, 3)[i % 10]] for i, c in enumerate(clients)}
    late = scene.between(AT)
    names = np.array([homes[c] for c in scene.client], dtype=object)
    scene.server[late], scene.first[late] = names[late], names[late]
    pool = only(case_of(scene))
    assert pool.selection is not None
    assert (pool.selection.during, pool.skewed) == ("client-affinity", False)


def test_a_server_that_is_out_for_a_while_is_no_skew(case_of: Callable[[Scene], Case]) -> None:
    scene = Scene(rate=60.0)
    rest = {name: 1.0 for name in FOUR if name != "web-3"}
    scene.give(scene.between(50, 90) & scene.on("web-3"), rest)
    assert not only(case_of(scene)).skewed


def test_a_deploy_at_the_edge_is_a_reason(case_of: Callable[[Scene], Case]) -> None:
    scene = moved()
    scene.say("change", AT - 1, "deployed 1.2.3")
    assert not only(case_of(scene)).skewed


def test_few_requests_are_not_enough_to_accuse(case_of: Callable[[Scene], Case]) -> None:
    scene = Scene(rate=10.0)
    scene.give(scene.between(AT), HEAVY)
    assert not only(case_of(scene)).skewed


def test_what_came_first_is_what_was_usual(case_of: Callable[[Scene], Case]) -> None:
    scene = Scene(rate=60.0)
    scene.give(scene.between(40), HEAVY)
    pool = only(case_of(scene))
    assert pool.skewed
    assert pool.since.timestamp() == pytest.approx(BEGIN + 40, abs=2)
