"""Attribution on traffic of which the test knows who holds the harm."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from logsleuth.analyses import attribution, badness, dimensions
from tests.analyses.traffic_builder import BEGIN, FOUR, Scene, window

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts
    from logsleuth.analyses.peeling import Term
    from logsleuth.model import Attribution, ToldBy


def held(scene: Scene, by: ToldBy = "rate", onset: float = 60.0) -> list[tuple[Term, bool]]:
    traffic = scene.traffic()
    found = dimensions.of_traffic(traffic)
    bad = badness.judge(traffic).failed
    return [*attribution.holders(traffic, bad, window(onset, until=scene.seconds), found, by)]


def labels(found: list[tuple[Term, bool]]) -> list[str]:
    return [term.value.label for term, _ in found]


def named(found: tuple[Attribution, ...], by: str) -> list[str]:
    return [f"{a.dimension} {a.value}" for a in found if a.told_by == by]


def test_a_bad_server_holds_it_all(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene(120, 40)
    scene.fail(scene.part(scene.between(60) & scene.on("web-2"), 0.5), 500)
    found = attribution.examine(gathered(scene))
    assert named(found, "rate") == ["server web-2"]
    [server, *rest] = found
    assert server.leading
    assert server.excess_share == pytest.approx(1.0, abs=0.02)
    assert server.interval.low > 0.95
    assert server.rate == pytest.approx(0.5, abs=0.05)
    assert server.baseline_rate == 0.0
    assert server.others_rate == pytest.approx(0.0, abs=0.01)
    assert server.share_of_requests == pytest.approx(0.25, abs=0.01)
    assert server.lift is not None
    assert server.lift > 3
    assert server.p_value is not None
    assert server.p_value < 1e-6
    assert [f"{a.dimension} {a.value}" for a in rest][:1] == ["status 500"]
    assert all(a.p_value is None and a.lift is None for a in rest)


def test_two_bad_servers_of_four_are_the_smallest_set_that_explains_it() -> None:
    scene = Scene(120, 40)
    scene.fail(scene.part(scene.between(60) & scene.on("web-1", "web-3"), 0.4))
    found = held(scene)
    assert sorted(labels(found)) == ["server web-1", "server web-3"]
    assert all(leads for _, leads in found)


def test_a_small_second_cause_survives_but_does_not_lead() -> None:
    scene = Scene(240, 60)
    scene.fail(scene.part(scene.between(120) & scene.on("web-1"), 0.8))
    scene.fail(scene.part(scene.between(120) & scene.of("/cart"), 0.15))
    found = held(scene, onset=120)
    assert labels(found)[:2] == ["server web-1", "route /cart"]
    assert [leads for _, leads in found[:2]] == [True, False]
    assert found[1][0].rides_on is None


def simpsons_trap(seed: int) -> Scene:
    """Only /report fails, on any server; web-1 gets most of it, so web-1 looks guilty."""
    scene = Scene(120, 60, routes=("/home", "/cart", "/report"), seed=seed)
    scene.give(scene.of("/report"), {"web-1": 7, "web-2": 1, "web-3": 1, "web-4": 1})
    scene.fail(scene.part(scene.between(60) & scene.of("/report"), 0.5))
    return scene


def test_simpsons_trap_the_server_only_rides_on_its_route() -> None:
    [route, server] = held(simpsons_trap(1))
    assert route[0].value.label == "route /report"
    assert route[1]
    assert server[0].value.label == "server web-1"
    assert server[0].rides_on == "route /report"
    assert not server[1]


def test_simpsons_trap_never_leads_to_the_server() -> None:
    for seed in range(30):
        found = held(simpsons_trap(seed))
        assert [term.value.label for term, leads in found if leads] == ["route /report"]
        assert all(term.rides_on for term, _ in found[1:])


def test_one_client_with_a_route_of_its_own_cannot_be_told_from_it() -> None:
    scene = Scene(120, 60)
    own = scene.part(scene.between(0), 0.1)
    scene.client[own], scene.route[own] = "203.0.113.9", "/export"
    scene.fail(scene.part(scene.between(60) & own, 0.7))
    [[term, leads]] = held(scene)
    assert leads
    same = {term.value.label, *term.same_as}
    assert same == {"client 203.0.113.9", "client network 203.0.113.0/24", "route /export"}


def test_a_network_holds_what_its_many_clients_do() -> None:
    scene = Scene(120, 60, clients=200)
    own = scene.part(scene.between(0), 0.2)
    scene.client[own] = [f"203.0.113.{i % 250}" for i in range(int(own.sum()))]
    scene.fail(scene.part(scene.between(60) & own, 0.6))
    [[term, _]] = held(scene)
    assert term.value.label == "client network 203.0.113.0/24"


def test_a_pair_explains_what_neither_half_does_alone() -> None:
    scene = Scene(240, 60)
    scene.fail(scene.part(scene.between(120) & scene.on("web-3") & scene.of("/cart"), 0.9))
    found = held(scene, onset=120)
    first = found[0][0]
    assert first.value.label == "server × route web-3 × /cart"
    assert first.value.share == pytest.approx(1.0, abs=0.02)
    assert found[0][1]
    assert sorted(labels(found[1:])) == ["route /cart", "server web-3"]
    assert all(term.rides_on == first.value.label for term, _ in found[1:])


def test_a_bad_server_is_no_pair_with_the_routes_that_it_serves_most() -> None:
    scene = Scene(240, 60)
    most = scene.part(scene.on("web-3"), 0.7)
    scene.route[most] = "/cart"
    scene.fail(scene.part(scene.between(120) & scene.on("web-3"), 0.6))
    assert held(scene, onset=120)[0][0].value.label == "server web-3"


def test_where_all_fare_alike_the_one_with_new_traffic_is_told() -> None:
    scene = Scene(120, 60)
    flood = scene.part(scene.between(60), 0.6)
    scene.client[flood] = "198.51.100.66"
    scene.fail(scene.between(60))
    assert held(scene) == []
    [[term, leads]] = held(scene, by="traffic")
    assert leads
    assert term.value.label == "client 198.51.100.66"
    assert term.value.share == pytest.approx(0.6, abs=0.03)


def test_harm_that_is_spread_as_the_traffic_is_gives_nothing_but_outcomes(
    gathered: Callable[[Scene], Facts],
) -> None:
    scene = Scene(120, 40)
    scene.fail(scene.part(scene.between(60), 0.3), 503)
    found = attribution.examine(gathered(scene))
    assert {a.told_by for a in found} == {"outcome"}
    assert [a.value for a in found if a.dimension == "status"] == ["503"]


def null_scene(seed: int) -> Scene:
    rng = np.random.default_rng(seed)
    scene = Scene(
        120, float(rng.choice([15, 40])), clients=int(rng.choice([5, 40, 800])), seed=seed
    )
    scene.give(scene.between(0), dict(zip(FOUR, (4, 3, 2, 1), strict=True)))
    scene.fail(scene.part(scene.between(60), float(rng.choice([0.05, 0.3, 0.9]))))
    scene.fail(scene.part(scene.between(0, 60), 0.02))
    return scene


@pytest.mark.parametrize("by", ["rate", "traffic"])
def test_harm_without_a_holder_is_falsely_attributed_in_no_more_than_one_of_twenty(
    by: ToldBy,
) -> None:
    false = [seed for seed in range(200) if held(null_scene(seed), by)]
    assert len(false) <= 10


def test_retries_of_single_clients_are_not_taken_for_a_server_of_theirs() -> None:
    """Sticky clients that fail in bursts, whoever serves them."""
    false = 0
    for seed in range(60):
        scene = Scene(120, 60, clients=300, seed=seed)
        number = np.array([int(client.rpartition(".")[2]) for client in scene.client])
        scene.server[:] = scene.first[:] = np.array(FOUR, dtype=object)[number % 4]
        unlucky = scene.rng.choice(300, 24, replace=False)
        scene.fail(scene.between(60) & np.isin(number, unlucky))
        false += any(term.value.title == "server" for term, _ in held(scene))
    assert false <= 3


def test_what_was_told_can_be_shown_again(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene(120, 40)
    scene.fail(scene.part(scene.between(60) & scene.on("web-2"), 0.5), 500)
    facts = gathered(scene)
    server = attribution.examine(facts)[0]
    names, rows = facts.case.table(server.query)
    first = dict(zip(names, rows[0], strict=True))
    assert first["value"] == "web-2"
    assert first["requests"] == server.requests
    assert first["bad"] == pytest.approx(server.bad, abs=3)
    assert first["share_of_excess"] == pytest.approx(server.excess_share, abs=0.02)


def test_releases_are_told_apart_by_what_instances_say(gathered: Callable[[Scene], Facts]) -> None:
    scene = Scene(120, 40)
    scene.configure(dict.fromkeys(FOUR, 1), addresses={s: s for s in FOUR})
    scene.applications()
    for line in scene.lines:
        line["release"] = "2.0" if line["instance"] in ("web-1", "web-2") else "1.9"
    scene.fail(scene.part(scene.between(60) & scene.on("web-1", "web-2"), 0.5), 500)
    found = attribution.examine(gathered(scene))
    assert named(found, "rate")[0] == "release 2.0"
    assert all(a.rides_on == "release 2.0" for a in found if a.dimension == "server")


@pytest.mark.parametrize(
    ("client", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "::/64"),
        ("unix:", ""),
        ("", ""),
        ("1.2.3.x", ""),
    ],
)
def test_networks(client: str, network: str) -> None:
    assert dimensions.network(client) == network


@pytest.mark.parametrize(("route", "method"), [("GET /a", "GET"), ("/a b", ""), ("", "")])
def test_methods(route: str, method: str) -> None:
    assert dimensions.method(route) == method


def test_a_million_requests_take_less_than_a_second() -> None:
    rng, n = np.random.default_rng(3), 1_000_000
    scene = Scene(10, 1)
    traffic = scene.traffic()
    clients = tuple(f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}" for i in range(40_000))
    columns: dict[str, Any] = {
        "started": BEGIN + np.sort(rng.uniform(0, 600, n)),
        "client": rng.integers(0, 40_000, n),
        "first_server": rng.integers(0, 4, n),
        "route": rng.integers(0, 4, n),
        "pool": np.zeros(n, dtype=np.int64),
    }
    big = type(traffic)(
        **{f: columns.get(f, getattr(traffic, f)) for f in traffic.__slots__ if f != "clients"},
        clients=clients,
    )
    bad = (columns["first_server"] == 2) & (columns["started"] > BEGIN + 300)
    began = time.process_time()
    found = dimensions.of_traffic(big)
    held_by = attribution.holders(big, bad, window(300, until=600), found, "rate")
    took = time.process_time() - began
    assert [term.value.label for term, _ in held_by] == ["server web-3"]
    assert took < 1.0


def test_what_fails_for_one_program_on_one_route_is_named_with_both() -> None:
    scene = Scene(240, 60, clients=400)
    agents = scene.rng.integers(0, 4, len(scene))
    scene.fail(scene.part(scene.between(120) & scene.of("/cart") & (agents == 1), 0.9))
    traffic = scene.traffic()
    program = dimensions.Dimension("user agent", agents + 1, ("", "curl", "bot", "app", "browser"))
    found = attribution.holders(
        traffic, badness.judge(traffic).failed, window(120, until=240),
        (*dimensions.of_traffic(traffic), program), "rate",
    )  # fmt: skip
    assert labels([*found])[:1] == ["route × user agent /cart × bot"]
