"""Requests and application lines joined: by ids, and without them as surely as it is said."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from logsleuth.analyses.correlation import link, names
from logsleuth.case.store import open_case
from logsleuth.cli import main
from logsleuth.stats.links import BASES, join
from tests.analyses.traffic_builder import BEGIN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from logsleuth.analyses.traffic import Array

INCIDENTS = Path(__file__).parents[2] / "sample_logs/incidents"


class World:
    """Requests whose application line is known: `truth` has its position, or -1."""

    def __init__(
        self, n: int = 4000, *, rate: float = 40.0, paths: int = 12, logged: float = 0.97,
        step_s: float = 0.001, places: int = 4, seed: int = 7,
    ) -> None:  # fmt: skip
        """Spread requests over paths, some much more asked for than others."""
        rng = np.random.default_rng(seed)
        began = BEGIN + np.sort(rng.uniform(0, n / rate, n))
        took = 0.04 * rng.lognormal(0, 0.6, n)
        wait, tail = rng.exponential(0.001, n), rng.exponential(0.0008, n)
        ended = began + wait + took + tail
        self.key = rng.zipf(1.4, n).clip(1, paths).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        place = rng.integers(0, places, n).astype(np.uint64) * np.uint64(0xD6E8FEB86659FD93)
        status = np.where(rng.uniform(size=n) < 0.03, 500, 200)
        ids = rng.integers(1, 2**62, n).astype(np.uint64)
        self.asked = {
            "began": _stamped(ended, step_s) - (ended - began), "ended": _stamped(ended, step_s),
            "step_s": np.full(n, step_s), "status": status, "id": ids,
            "trace": np.zeros(n, np.uint64), "key": self.key, "place": place,
            "took_s": ended - began,
        }  # fmt: skip
        kept = rng.permutation(np.flatnonzero(rng.uniform(size=n) < logged))
        done = (began + wait + took)[kept]
        self.answered = {
            "began": _stamped(done, step_s) - took[kept], "ended": _stamped(done, step_s),
            "step_s": np.full(len(kept), step_s), "status": status[kept], "id": ids[kept],
            "trace": np.zeros(len(kept), np.uint64), "key": self.key[kept],
            "place": place[kept], "duration_s": took[kept],
        }  # fmt: skip
        self.truth = np.full(n, -1)
        self.truth[kept] = np.arange(len(kept))


def _stamped(at: Array, step_s: float) -> Array:
    stamped: Array = np.floor(at / step_s) * step_s + (step_s / 2 if step_s >= 1 else 0)
    return stamped


def test_ids_find_every_line_and_nothing_else() -> None:
    world = World(paths=2)
    links = join(world.asked, world.answered, ids=True)
    assert (links.found == world.truth).all()
    assert {BASES[code] for code in links.basis[links.matched]} == {"request id"}
    assert not links.confidence[~links.matched].any()


def test_an_id_used_again_and_again_is_told_apart_by_time() -> None:
    world = World(n=400, rate=1.0, logged=1.0)
    world.asked["id"][:] = world.answered["id"][:] = 7
    links = join(world.asked, world.answered, ids=True)
    assert (links.found == world.truth).mean() > 0.98


@pytest.mark.parametrize(
    ("made", "least"),
    [
        ({}, 0.95),
        ({"paths": 3, "places": 1, "rate": 80.0}, 0.75),
        ({"step_s": 1.0, "paths": 200}, 0.8),
        ({"logged": 0.6}, 0.9),
    ],
)
def test_without_ids_the_confidence_is_the_precision(made: Mapping[str, Any], least: float) -> None:
    world = World(**made)
    links = join(world.asked, world.answered, ids=False)
    right = links.found == world.truth
    known = world.truth >= 0
    assert right[known].mean() > least
    assert len(set(links.found[links.matched].tolist())) == links.matched.sum(), "one to one"
    sure = links.confidence >= 0.95
    assert sure.sum() > 100
    assert right[sure].mean() > 0.98
    for low, high in ((0.0, 0.5), (0.5, 0.8), (0.8, 0.95)):
        band = links.matched & (links.confidence >= low) & (links.confidence < high)
        if band.sum() >= 50:
            assert right[band].mean() == pytest.approx(links.confidence[band].mean(), abs=0.2)


def test_other_words_another_server_or_another_time_are_no_match() -> None:
    for spoilt in ("key", "place"):
        world = World(n=500)
        world.answered[spoilt] = world.answered[spoilt] ^ np.uint64(1 << 50)
        assert not join(world.asked, world.answered, ids=False).matched.any()
    world = World(n=500)
    for name in ("began", "ended"):
        world.answered[name] += 5000.0
    assert not join(world.asked, world.answered, ids=False).matched.any()


def test_a_request_that_was_given_up_on_has_the_line_that_ended_later() -> None:
    world = World(n=600, logged=1.0, paths=40)
    late = np.arange(0, 600, 20)
    world.asked["status"][late] = 504
    world.asked["ended"][late] = world.asked["began"][late] + 2.0
    there = world.truth[late]
    world.answered["duration_s"][there] = 5.0
    world.answered["ended"][there] = world.answered["began"][there] + 5.0
    links = join(world.asked, world.answered, ids=False)
    assert (links.found[late] == there).mean() > 0.9


def test_nothing_on_one_side_is_no_match() -> None:
    world = World(n=10)
    nobody = {name: values[:0] for name, values in world.answered.items()}
    assert not join(world.asked, nobody, ids=True).matched.any()
    nothing = {name: values[:0] for name, values in world.asked.items()}
    assert len(join(nothing, world.answered, ids=True).found) == 0


@pytest.mark.parametrize(
    ("incident", "least"), [("skewed-selection", 0.75), ("bad-instance", 0.95), ("misrouted", 0.95)]
)
def test_recorded_requests_without_ids(incident: str, least: float, tmp_path: Path) -> None:
    path = tmp_path / "case.duckdb"
    assert main(["ingest", str(INCIDENTS / incident / "evidence"), "--case", str(path), "-q"]) == 0
    with open_case(path) as case:
        called = names(case)
        links = link(case, 0.0, 4e9)
    assert (links.confidence > 0.9).sum() > least * len(links.answered["began"])
    instances = links.answered["instance"][links.found[links.matched]]
    assert set(instances.tolist()) == set(called)
    servers = links.asked["server"][links.matched]
    assert all(called[i] == s for i, s in zip(instances, servers, strict=True))
