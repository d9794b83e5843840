"""What other shares would have prevented, on servers that are simulated with both."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from logsleuth.analyses import counterfactual, documents
from logsleuth.model import RootCause
from tests.analyses.traffic_builder import BEGIN, FOUR, Scene, facts_of, opened

if TYPE_CHECKING:
    from pathlib import Path

    from logsleuth.analyses.facts import Facts
    from logsleuth.model import Counterfactual

PATIENCE_S = 1.0
ONSET = 100.0


def served(arrived: Any, work: Any, server: Any, workers: int = 2) -> tuple[Any, Any]:
    """Queues of a few workers each: a request that waits longer than the patience fails."""
    free = {name: [0.0] * workers for name in FOUR}
    took, failed = np.zeros(len(arrived)), np.zeros(len(arrived), dtype=bool)
    for i, (at, needs, name) in enumerate(zip(arrived, work, server, strict=True)):
        place = int(np.argmin(free[name]))
        waited = max(free[name][place] - at, 0.0)
        if waited > PATIENCE_S:
            failed[i], took[i] = True, PATIENCE_S
        else:
            free[name][place], took[i] = at + waited + needs, waited + needs
    return took, failed


def simulated(seed: int, hot: float) -> tuple[Scene, int]:
    """Queues whose first server gets `hot` of the requests from the onset on, and the truth.

    The truth is how many requests fewer fail if the same requests are spread as before.
    """
    scene = Scene(300, 60, seed=seed)
    scene.give(scene.between(0), dict.fromkeys(FOUR, 1))
    equal = scene.server.copy()
    rest = (1 - hot) / 3
    scene.give(scene.between(ONSET), dict(zip(FOUR, (hot, rest, rest, rest), strict=True)))
    work = 0.07 * scene.rng.lognormal(0, 0.3, len(scene))
    at = scene.started - BEGIN
    _, well = served(at, work, equal)
    scene.duration_s, failed = served(at, work, scene.server)
    scene.fail(failed, 504)
    return scene, int(failed.sum() - well.sum())


def asked(
    facts: Facts, fault: str = "skewed-selection", target: str = "web-1"
) -> Counterfactual | None:
    cause = RootCause("balancer", fault, target, 0.9, "")
    return counterfactual.examine(facts, cause, documents.pools(facts, {"web"}))


@pytest.mark.parametrize(("seed", "hot"), [(1, 0.6), (2, 0.7), (3, 0.55), (4, 0.85), (5, 0.6)])
def test_the_range_contains_the_truth_of_simulated_queues(
    seed: int, hot: float, tmp_path: Path
) -> None:
    scene, truth = simulated(seed, hot)
    with opened(scene, tmp_path) as case:
        facts = facts_of(case)
        # Bad is what fails; slow ones have another truth.
        flags = dataclasses.replace(facts.badness, slow=np.zeros_like(facts.badness.slow))
        found = asked(dataclasses.replace(facts, badness=flags))
    assert found is not None
    assert truth > 100
    assert found.interval.low <= truth <= found.interval.high
    assert found.prevented_low <= found.prevented <= found.prevented_high <= found.observed
    assert abs(found.prevented - truth) < 0.15 * truth
    assert found.expected_from == "baseline"
    assert found.assumptions


def test_a_server_that_was_taken_out_would_have_carried_its_part(tmp_path: Path) -> None:
    scene = Scene(200, 60)
    late = scene.between(ONSET)
    scene.give(late, {"web-1": 1, "web-2": 1, "web-3": 1})
    scene.fail(scene.part(late, 0.4), 503)
    with opened(scene, tmp_path) as case:
        found = asked(facts_of(case), "server-ejected", "web-4")
    assert found is not None
    # At the least web-4 spares its quarter, at the most all servers are as before.
    assert found.prevented_low == pytest.approx(0.25 * found.observed, rel=0.1)
    assert found.prevented_high == pytest.approx(found.observed, rel=0.02)


def test_where_shares_are_not_at_fault_nothing_is_said(tmp_path: Path) -> None:
    scene = Scene(200, 60)
    scene.fail(scene.part(scene.between(ONSET) & scene.on("web-1"), 0.6), 500)
    with opened(scene, tmp_path) as case:
        facts = facts_of(case)
        assert asked(facts, "bad-instance") is None
        # Shares are as intended: there is nothing that others could have prevented.
        assert asked(facts) is None
        assert asked(facts, target="elsewhere") is None


def test_the_same_evidence_gives_the_same_figures(tmp_path: Path) -> None:
    scene, _ = simulated(9, 0.7)
    with opened(scene, tmp_path) as case:
        first, second = (asked(facts_of(case)) for _ in range(2))
    assert first is not None
    assert first == second
