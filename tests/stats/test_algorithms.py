"""The algorithm is named from played requests, and none changes that didn't: rates over seeds."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import numpy as np
import pytest

from logsleuth.stats.algorithms import Inferred, differ, infer
from logsleuth.stats.departures import departure
from logsleuth.stats.selection import Traits, traits
from tests.stats.balancers import Played, play

UNEQUAL: Final = (0.05, 0.05, 0.1, 0.2)
# Were one of twenty wrong, no more than one of eighty would be by an accident of 9 %.
REPLICAS: Final = 40
NULLS: Final[dict[str, tuple[str, dict[str, Any], set[str | None]]]] = {
    "in turns": ("round-robin", {}, {"round-robin"}),
    "in turns by weight": ("round-robin", {"weights": (5, 3, 1, 1)}, {"round-robin"}),
    "in turns of 8 workers": ("round-robin", {"workers": 8}, {"round-robin", None}),
    "in turns to unequal servers": (
        "round-robin", {"weights": (4, 4, 2, 1), "latency": UNEQUAL, "rate": 100.0},
        {"round-robin"},
    ),
    "random": ("random", {"weights": (3, 1, 1, 1)}, {"random", None}),
    "by address, few clients": ("client", {"clients": 200}, {"client-affinity"}),
    "by address, many clients": ("client", {"clients": 5_000}, {"client-affinity"}),
    "by URI": ("uri", {}, {"uri-affinity"}),
    # What decides is in no log: at random is the honest name for how that looks.
    "by unseen session": ("session", {}, {"random", None}),
    "least connections": ("least-conn", {"rate": 200.0}, {"least-conn", "round-robin"}),
    "least connections, unequal": (
        "least-conn", {"latency": UNEQUAL, "rate": 100.0}, {"least-conn"},
    ),
    "first": ("first", {"rate": 200.0}, {"first"}),
}  # fmt: skip


def half(played: Played, weights: tuple[int, ...] | None, second: bool) -> Traits:
    middle = len(played.server) // 2
    part = slice(middle, None) if second else slice(0, middle)
    keys = {"client": played.client[part], "uri": played.uri[part]}
    return traits(played.started[part], played.server[part], played.duration_s[part], keys, weights)


def binned(played: Played) -> np.ndarray[Any, Any]:
    edges = np.linspace(played.started[0], played.started[-1] + 1e-6, 101)
    return np.stack(
        [np.histogram(played.started[played.server == s], edges)[0] for s in range(4)], axis=1
    )


@pytest.mark.parametrize("null", NULLS)
def test_no_skew_and_no_change_is_seen_where_nothing_changed(null: str) -> None:
    algorithm, options, names = NULLS[null]
    weights = options.get("weights")
    changed = departed = 0
    told: Counter[str | None] = Counter()
    for seed in range(REPLICAS):
        played = play(algorithm, 100 + seed, requests=1600, **options)
        first, second = (half(played, weights, late) for late in (False, True))
        before, after = infer(first), infer(second)
        told.update([before.algorithm, after.algorithm])
        changed += differ(before, after, first, second)
        departed += departure(binned(played)) is not None
    assert max(changed, departed) == 0
    assert sum(count for name, count in told.items() if name in names) >= 0.98 * 2 * REPLICAS, told
    assert told[None] < REPLICAS


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("round-robin", "client"),
        ("round-robin", "uri"),
        ("round-robin", "first"),
        ("random", "client"),
        ("least-conn", "random"),
        ("client", "round-robin"),
    ],
)
def test_another_algorithm_is_seen(before: str, after: str) -> None:
    names = []
    for seed in range(20):
        pair = [
            half(play(which, seed, requests=2000, rate=150.0), None, False)
            for which in (before, after)
        ]
        names.append(differ(infer(pair[0]), infer(pair[1]), *pair))
    assert sum(names) >= 16  # at random is named of many requests only


def test_too_little_tells_nothing_and_says_so() -> None:
    few = half(play("round-robin", 1, requests=200), None, False)
    assert infer(few) == Inferred(None, "100 requests are too few to tell")
    alone = play("round-robin", 1, weights=(1,), latency=(0.05,))
    assert infer(half(alone, None, False)).algorithm == "single"


def test_equal_servers_hide_whether_turns_or_connections_choose() -> None:
    first = half(play("round-robin", 1, rate=20.0), None, False)
    second = half(play("least-conn", 1, rate=20.0), None, False)
    assert not differ(Inferred("round-robin", ""), Inferred("least-conn", ""), first, second)


def test_whole_seconds_do_not_pass_for_chance() -> None:
    played = play("random", 1)
    coarse = traits(
        played.started, played.server, played.duration_s, {"client": played.client}, exact=False
    )
    assert infer(coarse).algorithm is None
    unequal = play("least-conn", 1, latency=UNEQUAL, rate=200.0)
    levelled = traits(unequal.started, unequal.server, unequal.duration_s, exact=False)
    assert infer(levelled).algorithm == "least-conn"
