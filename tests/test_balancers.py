"""Incidents behind Envoy, Traefik and Apache, told from their own logs and configuration."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest

from logsleuth.analyses import changes, coverage_fields
from logsleuth.analyses.statements import sql
from logsleuth.case.ingest import ingest
from logsleuth.case.store import open_case
from logsleuth.formats import spec
from logsleuth.investigation import investigate
from tests import balancers
from tests.analyses.traffic_builder import Scene

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from logsleuth.model import Investigation

SERVERS: Final = tuple(f"203.0.113.{n}:8080" for n in (5, 6, 7))
EQUAL: Final = dict.fromkeys(SERVERS, 1)
ONSET: Final = 60.0
# The log and the configuration of each, by what is to be read.
KINDS: Final[dict[str, tuple[Callable[[Scene, int], str], Callable[[dict[str, int]], str]]]] = {
    "Envoy's default format": (balancers.envoy_default, balancers.envoy_configuration),
    "Envoy's text of an operator": (
        balancers.envoy_text,
        lambda weights: balancers.envoy_configuration(weights, balancers.OWN_TEXT),
    ),
    "Envoy's JSON of an operator": (
        balancers.envoy_json,
        lambda weights: balancers.envoy_configuration(weights, balancers.OWN_JSON),
    ),
    "Traefik's common format": (balancers.traefik_common, balancers.traefik_configuration),
    "Traefik's JSON": (balancers.traefik_json, balancers.traefik_configuration),
    "Apache with its worker's name": (balancers.apache, balancers.apache_configuration),
}


def found(folder: Path, scene: Scene, kind: str, weights: dict[str, int]) -> Investigation:
    line, configuration = KINDS[kind]
    evidence = folder / "evidence"
    evidence.mkdir()
    balancers.write(evidence, scene, line, configuration(weights))
    summary = ingest([str(evidence)], folder / "case.duckdb", spec.shipped())
    assert (summary.events, summary.rejected) == (len(scene), 0)
    with open_case(folder / "case.duckdb") as case:
        return investigate(case)


def overloaded(weights: dict[str, int]) -> Scene:
    """From the onset on, one server gets seven times as much as each other, and chokes."""
    scene = Scene(rate=30, servers=SERVERS, pool="shop")
    scene.give(scene.between(0, ONSET), {s: float(w) for s, w in weights.items()})
    scene.give(scene.between(ONSET), {SERVERS[1]: 7, SERVERS[0]: 1, SERVERS[2]: 1})
    hot = scene.between(ONSET + 1) & scene.on(SERVERS[1])
    scene.slow(hot, 15.0)
    scene.fail(scene.part(hot, 0.5), 503, 2.0)
    return scene


@pytest.mark.parametrize("kind", KINDS)
def test_shares_that_nobody_configured_are_named_with_the_hot_server(
    kind: str, tmp_path: Path
) -> None:
    told = found(tmp_path, overloaded(EQUAL), kind, EQUAL)
    cause = told.root_cause
    assert cause is not None
    assert (cause.component, cause.fault, cause.target) == (
        "balancer", "skewed-selection", SERVERS[1],
    )  # fmt: skip
    [pool] = told.pools
    assert pool.pool == "shop"
    assert {s.server: round(s.configured_share or 0, 3) for s in pool.servers} == dict.fromkeys(
        SERVERS, 0.333
    )


def failing(server: str) -> Scene:
    """One server refuses connections, at an equal share."""
    scene = Scene(rate=30, servers=SERVERS, pool="shop")
    bad = scene.between(ONSET) & scene.on(server)
    scene.fail(bad, 503, 0.003)
    scene.termination[bad] = "SC--"
    return scene


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_fails_at_its_share_is_named(kind: str, tmp_path: Path) -> None:
    told = found(tmp_path, failing(SERVERS[2]), kind, EQUAL)
    cause = told.root_cause
    assert cause is not None
    assert (cause.component, cause.fault, cause.target) == (
        "application", "bad-instance", SERVERS[2],
    )  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_unequal_shares_that_are_configured_are_no_skew(kind: str, tmp_path: Path) -> None:
    weights = {SERVERS[0]: 4, SERVERS[1]: 1, SERVERS[2]: 1}
    scene = Scene(rate=30, servers=SERVERS, pool="shop")
    scene.give(scene.between(0), {s: float(w) for s, w in weights.items()})
    told = found(tmp_path, scene, kind, weights)
    assert told.incident is None
    [pool] = told.pools
    assert not pool.skewed


def test_envoys_circuit_breaker_is_a_limit_of_the_balancer(tmp_path: Path) -> None:
    scene = Scene(rate=30, servers=SERVERS, pool="shop")
    turned = scene.part(scene.between(ONSET), 0.5)
    scene.fail(turned, 503, 0.001)
    scene.termination[turned], scene.server[turned] = "PQ--", ""
    told = found(tmp_path, scene, "Envoy's default format", EQUAL)
    assert told.root_cause is not None
    assert (told.root_cause.component, told.root_cause.fault) == ("balancer", "capacity-limit")


# Envoy's flags and its status, and HAProxy's state of the same.
FLAGS: Final = [
    ("-", 503, "----"), ("UF,URX", 503, "SC--"), ("UF,URX", 0, "SC--"), ("UH", 503, "SC--"),
    ("UO", 503, "PQ--"), ("RL", 429, "PR--"), ("UT", 504, "sH--"), ("DC", 0, "CH--"),
    ("DC", 200, "CD--"), ("UC", 503, "SH--"), ("UC", 200, "SD--"), ("NR", 404, "LR--"),
    ("UPE", 502, "PH--"), ("URX", 503, "----"), ("UpstreamConnectionFailure", 503, "SC--"),
    ("NoHealthyUpstream", 503, "SC--"), ("SI", 408, "cD--"), ("XY", 200, "----"),
]  # fmt: skip


def test_envoys_flags_are_states_as_haproxys(tmp_path: Path) -> None:
    lines = [
        f'[2026-03-02T10:15:02.000Z] "GET /a HTTP/1.1" {status} {flags} 0 91 12 - "-" "-" "-" "-"'
        ' "203.0.113.6:8080"\n'
        for flags, status, _ in FLAGS
    ]
    (tmp_path / "a.log").write_text("".join(lines), encoding="utf-8")
    ingest([str(tmp_path / "a.log")], tmp_path / "case.duckdb", spec.shipped())
    with open_case(tmp_path / "case.duckdb") as case:
        rows = case.rows(
            "select r.termination, e.termination, aborted"
            " from requests r join events e using (event_id) order by e.line"
        )
    assert rows == [
        (expected, flags, expected.startswith(("C", "c"))) for flags, _, expected in FLAGS
    ]


OWN_WORDS: Final = """\
[Mon Mar 02 10:00:00.000100 2026] [mpm_event:notice] [pid 88] AH00493: SIGUSR1 received.  Doing \
graceful restart
[Mon Mar 02 10:00:01.103786 2026] [proxy:error] [pid 88] (111)Connection refused: AH00957: HTTP: \
attempt to connect to 203.0.113.5:8080 (203.0.113.5:8080) failed
[Mon Mar 02 10:00:02.200000 2026] [proxy_http:error] [pid 88] (70007)The timeout specified has \
expired: [client 192.0.2.1:51044] AH01102: error reading status line from remote server \
203.0.113.6:8080
[Mon Mar 02 10:00:03.200000 2026] [proxy_balancer:error] [pid 88] [client 192.0.2.1:51045] \
AH01167: balancer://shop: All workers are in error state for route ()
[Mon Mar 02 10:00:04.200000 2026] [proxy_hcheck:info] [pid 88] AH03287: Health check DISABLING \
http://203.0.113.7:8080
[Mon Mar 02 10:00:05.200000 2026] [mpm_event:error] [pid 88] AH00484: server reached \
MaxRequestWorkers setting, consider raising the MaxRequestWorkers setting
"""


def test_apaches_own_words_are_changes_and_refusals(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(OWN_WORDS, encoding="utf-8")
    ingest([str(tmp_path / "a.log")], tmp_path / "case.duckdb", spec.shipped())
    at = datetime(2026, 3, 2, 10, tzinfo=UTC).timestamp()
    window = {"calm_since": at - 60, "calm_until": at - 1, "onset": at, "stop": at + 9, "slack": 0}
    with open_case(tmp_path / "case.duckdb") as case:
        told = [(change.kind, change.target) for change in changes.read(case)]
        kinds = {row[0]: row[4] for row in case.rows(sql("words"), window)}
    assert told == [("reload", ""), ("server-down", "203.0.113.7:8080")]
    assert kinds == {
        "upstream-refused": 1, "upstream-timeout": 1, "no-live-upstreams": 1, "balancer-limit": 1,
    }  # fmt: skip


def test_what_is_missing_is_asked_for_in_the_balancers_words(tmp_path: Path) -> None:
    line = '{"StartUTC":"2026-03-02T10:15:05Z","RequestMethod":"GET","DownstreamStatus":200}\n'
    (tmp_path / "a.log").write_text(line, encoding="utf-8")
    ingest([str(tmp_path / "a.log")], tmp_path / "case.duckdb", spec.shipped())
    with open_case(tmp_path / "case.duckdb") as case:
        means = {fact.fact: fact.means for fact in coverage_fields.fields(case)}
    assert means["names its server"] == "set accessLog.format to json: ServiceURL names the server"
    assert means["has a status"] == ""
