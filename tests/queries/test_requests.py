"""What the canned queries say of requests, servers and clients."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from logsleuth.errors import QueryError
from tests.queries.filled import ONE, TWO, moment, results

if TYPE_CHECKING:
    from logsleuth.case.store import Case


def test_a_bucket_of_no_length_is_an_error(filled: Case) -> None:
    with pytest.raises(QueryError):
        results(filled, "requests-per-minute", bucket="0")


def test_a_silent_minute_has_no_rate(filled: Case) -> None:
    well, silent, ill = results(filled, "requests-per-minute", pool="web")
    assert (well["ts"], well["requests"], well["failure_rate"]) == (moment("10:00:00"), 4, 0.0)
    assert (silent["ts"], silent["requests"], silent["failures"]) == (moment("10:01:00"), 0, 0)
    assert (silent["failure_rate"], silent["p50_s"], silent["p95_s"]) == (None, None, None)
    assert (ill["requests"], ill["failures"], ill["refused"], ill["aborted"]) == (4, 1, 1, 1)


def test_since_is_included_and_until_is_not(filled: Case) -> None:
    window = {"since": "2026-03-01T10:00:19.5Z", "until": "2026-03-01T11:00:29.5+01:00"}
    (row,) = results(filled, "requests-per-minute", pool="web", **window)
    assert row["requests"] == 1


def test_shares_add_up_and_count_first_attempts_only(filled: Case) -> None:
    rows = results(filled, "shares-per-minute")
    sums: defaultdict[tuple[object, object], float] = defaultdict(float)
    for row in rows:
        sums[row["ts"], row["pool"]] += row["share"]
    assert sums
    assert all(total == pytest.approx(1) for total in sums.values())
    found = {(row["ts"].minute, row["server"]): row["first_attempts"] for row in rows}
    assert found == {(0, ONE): 3, (0, TWO): 1, (2, ONE): 2, (2, TWO): 2, (0, "api-1"): 1,
                     (2, "api-1"): 1}  # fmt: skip


def test_a_server_that_gets_nothing_has_a_share_of_zero(filled: Case) -> None:
    rows = results(filled, "shares-per-minute", pool="web", bucket="10")
    busy = {(row["server"], row["share"]) for row in rows if row["ts"] == moment("10:00:40")}
    assert (rows[0]["ts"], busy) == (moment("10:00:00"), set())
    assert {row["share"] for row in rows} == {0.0, 1.0}
    assert len(rows) == 2 * len({row["ts"] for row in rows})


def test_observed_shares_stand_beside_configured_ones(filled: Case) -> None:
    rows = results(filled, "balancer-shares", pool="web")
    shares = [(row["server"], row["first_attempts"], row["configured_share"]) for row in rows]
    assert shares == [(ONE, 5, 0.75), (TWO, 3, 0.25), ("10.0.0.3:8080", 0, None)]
    assert [row["observed_share"] for row in rows] == pytest.approx([5 / 8, 3 / 8, 0])
    assert rows[0]["difference"] == pytest.approx(5 / 8 - 0.75)
    assert (rows[0]["weight"], rows[2]["backup"], rows[2]["difference"]) == (3, True, None)


def test_configurations_that_disagree_intend_nothing(filled: Case) -> None:
    rows = results(filled, "balancer-shares", pool="api")
    assert [(row["server"], row["configured_share"]) for row in rows] == [
        ("api-1", 0.5),
        ("api-2", None),
    ]


def test_a_pool_without_traffic_has_no_observed_share(filled: Case) -> None:
    rows = results(filled, "balancer-shares", since="2031-01-01")
    assert {(row["first_attempts"], row["observed_share"]) for row in rows} == {(0, None)}


def test_failures_hidden_by_a_retry_are_the_first_servers(filled: Case) -> None:
    rows = {row["server"]: row for row in results(filled, "failures-by-server", pool="web")}
    counts = {name: (row["attempts"], row["failures"]) for name, row in rows.items()}
    assert counts == {ONE: (5, 2), TWO: (5, 1)}
    assert rows[ONE]["first_failed_event_id"] == "111111111111:5"


def test_failures_without_a_server_are_nobodys(filled: Case) -> None:
    rows = results(filled, "failures-by-server")
    nobody = [row for row in rows if row["server"] is None]
    assert [(row["pool"], row["failures"]) for row in nobody] == [("api", 1), (None, 1)]
    assert sum(row["share_of_failures"] for row in rows) == pytest.approx(1)


def test_retries_are_counted_by_first_server(filled: Case) -> None:
    web, api = results(filled, "retries")
    assert (web["pool"], web["first_server"]) == ("web", ONE)
    assert (web["requests"], web["retried"], web["attempts"]) == (5, 2, 4)
    assert (web["rescued"], web["lost"], web["retry_rate"]) == (1, 1, 0.4)
    assert web["first_attempt_p50_s"] == pytest.approx(0.1)
    assert (api["first_server"], api["retried"], api["attempts"], api["lost"]) == (None, 1, 4, 1)


def test_who_made_the_error(filled: Case) -> None:
    rows = results(filled, "upstream-vs-client-status")
    relations = {(row["pool"], row["status"], row["termination"]): row["relation"] for row in rows}
    assert relations == {
        ("web", 200, None): "passed on",
        ("web", 404, None): "passed on",
        ("web", 499, None): "not stated",
        ("web", 502, None): "not stated",
        (None, 502, None): "no server",
        ("api", 200, "----"): "passed on",
        ("api", 503, "SC--"): "its own",
        ("api", 503, "sQ--"): "no server",
    }
    assert sum(row["share_of_requests"] for row in rows) == pytest.approx(1)


def test_a_route_keeps_or_changes_its_pool(filled: Case) -> None:
    rows = {(row["route"], row["pool"]): row for row in results(filled, "route-by-pool")}
    cart = rows["/cart/{id}", "web"]
    assert (cart["requests_before"], cart["share_before"]) == (3, 1.0)
    assert (cart["requests_after"], cart["share_after"], cart["moved"]) == (3, 0.75, 0.25)
    late = {
        (row["route"], row["pool"]): row
        for row in results(filled, "route-by-pool", moment="2026-03-01T09:00:00Z")
    }
    assert late["/home", "web"]["share_before"] is None
    assert late["/home", "web"]["failure_rate_before"] is None


def test_aborts_say_how_long_clients_waited(filled: Case) -> None:
    (row,) = results(filled, "client-aborts")
    assert (row["route"], row["requests"], row["aborts"], row["p50_s"]) == ("/home", 2, 1, 2.0)


def test_queue_times_are_those_of_the_balancer_that_states_them(filled: Case) -> None:
    rows = results(filled, "queue-times", since="2026-03-01T10:02:00Z")
    assert [(row["server"], row["queued"], row["max_s"]) for row in rows] == [
        ("api-1", 1, 0.5),
        ("api-2", 1, 1.0),
        (None, 1, 5.0),
    ]
    assert {row["pool"] for row in rows} == {"api"}


def test_affinity_is_the_share_of_a_clients_own_server(filled: Case) -> None:
    (row,) = results(filled, "affinity", pool="web")
    assert (row["clients"], row["servers"], row["requests"]) == (1, 2, 6)
    assert row["share_of_own_server"] == pytest.approx(4 / 6)
    assert row["share_of_busiest_client"] == 1.0


def test_failures_by_client_and_route_and_status(filled: Case) -> None:
    clients = results(filled, "failures-by-client")
    assert [(row["client"], row["failures"]) for row in clients[:2]] == [
        ("192.0.2.1", 2),
        ("192.0.2.9", 2),
    ]
    assert clients[0]["example_event_id"] == "111111111111:6"
    assert sum(row["share_of_requests"] for row in clients) == pytest.approx(1)
    routes = {row["route"]: row for row in results(filled, "failures-by-route")}
    assert (routes["/cart/{id}"]["failures"], routes["/home"]["failures"]) == (2, 0)
    statuses = {(row["status"], row["outcome"]) for row in results(filled, "failures-by-status")}
    assert statuses == {(502, "failed"), (503, "failed"), (499, "aborted"), (404, "refused")}


def test_the_slowest_first(filled: Case) -> None:
    requests = results(filled, "slow-requests", top="2")
    assert [row["event_id"] for row in requests] == ["111111111111:1", "111111111111:8"]
    assert requests[0]["started"] == moment("10:00:01")
    (route,) = results(filled, "slowest-routes", at_least="5")
    assert (route["route"], route["max_s"]) == ("/cart/{id}", 9.0)


@pytest.mark.parametrize("name", ["slow-requests", "slowest-routes", "failures-by-route"])
def test_one_server_alone_can_be_asked_for(filled: Case, name: str) -> None:
    def count(server: str) -> int:
        rows = results(filled, name, server=server)
        return sum(row.get("requests", 1) for row in rows)

    both = [count(server) for server in (ONE, TWO)]
    assert min(both) > 0
    assert sum(both) < count("")
    assert count("10.0.0.9:8080") == 0
