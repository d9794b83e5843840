"""Envoy configuration: bootstraps, resources of a control plane, dumps of the admin port."""

from __future__ import annotations

import json

import pytest

from logsleuth.evidence.configuration.envoy import read_envoy
from logsleuth.evidence.configuration.intent import Limit, Pool, Route, Timeout

SHOP = """\
static_resources:
  listeners:
  - name: entrance
    address: {socket_address: {address: 0.0.0.0, port_value: 8080}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.HttpConnectionManager
          stream_idle_timeout: 300s
          route_config:
            virtual_hosts:
            - name: shop
              domains: ["shop.example", "*"]
              routes:
              - match: {prefix: /api/}
                route:
                  cluster: api
                  prefix_rewrite: /
                  timeout: 1.5s
                  hash_policy: [{connection_properties: {source_ip: true}}]
              - match: {path: /status}
                route: {cluster: api}
              - match: {safe_regex: {regex: '/v[0-9]+/.*'}}
                route:
                  weighted_clusters:
                    clusters: [{name: api, weight: 90}, {name: web, weight: 10}]
              - match: {prefix: /, headers: [{name: x-canary}]}
                route: {cluster: web}
              - match: {prefix: /}
                route: {cluster: web}
              - match: {prefix: /old}
                redirect: {path_redirect: /}
  clusters:
  - name: api
    connect_timeout: 0.25s
    lb_policy: RING_HASH
    health_checks:
    - {timeout: 1s, http_health_check: {path: /up}}
    outlier_detection: {consecutive_5xx: 3, base_ejection_time: 10s}
    circuit_breakers:
      thresholds:
      - max_connections: 100
        max_pending_requests: 10
      - {priority: HIGH, max_requests: 7}
    load_assignment:
      cluster_name: api
      endpoints:
      - lb_endpoints:
        - endpoint: {address: {socket_address: {address: 10.0.0.1, port_value: 8080}}}
          load_balancing_weight: 3
        - endpoint:
            address:
              socket_address: {address: "fd00::1", port_value: 8080}
        - endpoint: {address: {pipe: {path: /run/app.sock}}}
          health_status: DRAINING
      - priority: 1
        lb_endpoints:
        - endpoint: {address: {socket_address: {address: 10.0.1.1, port_value: 8080}}}
  - name: web
    least_request_lb_config: {slow_start_config: {slow_start_window: 30s}}
    lb_policy: LEAST_REQUEST
    load_assignment:
      endpoints:
      - lb_endpoints:
        - endpoint: {address: {socket_address: {address: web.internal, port_value: 80}}}
"""


def pool(name: str) -> Pool:
    found = read_envoy(SHOP).pool(name)
    assert found is not None
    return found


def test_endpoints_with_weights_priorities_and_health() -> None:
    api = pool("api")
    assert [(s.label, s.weight, s.backup, s.down) for s in api.servers] == [
        ("10.0.0.1:8080", 3, False, False),
        ("[fd00::1]:8080", 1, False, False),
        ("unix:/run/app.sock", 1, False, True),
        ("10.0.1.1:8080", 1, True, False),
    ]
    assert api.intended_shares() == {"10.0.0.1:8080": 0.75, "[fd00::1]:8080": 0.25}
    assert [s.line for s in api.servers] == [
        SHOP[: SHOP.index(text)].count("\n") + 1
        for text in ("10.0.0.1", "socket_address: {address: \"fd00", "/run/app.sock", "10.0.1.1")
    ]  # fmt: skip


def test_the_algorithm_its_key_and_what_ejects() -> None:
    api, web = pool("api"), pool("web")
    assert (api.algorithm, api.key, api.consistent) == ("hash", "client address", True)
    assert (api.check, api.servers[0].checked) == ("http /up", True)
    assert (api.servers[0].max_fails, api.servers[0].fail_timeout_s) == (3, 10.0)
    assert (web.algorithm, web.key, web.check) == ("least-conn", None, None)
    assert (web.servers[0].slow_start_s, web.servers[0].max_fails) == (30.0, None)


def test_circuit_breakers_are_limits_and_timeouts_have_their_scope() -> None:
    found = read_envoy(SHOP)
    assert Limit("max_connections", "100", 43, "cluster api") in found.limits
    assert Limit("max_requests (HIGH)", "7", 45, "cluster api") in found.limits
    assert set(found.timeouts) == {
        Timeout("connect_timeout", 0.25, 36, "cluster api"),
        Timeout("stream_idle_timeout", 300.0, 10, "entrance"),
        Timeout("timeout", 1.5, 20, "route to api"),
    }


def test_routes_lead_to_clusters() -> None:
    host = "shop.example"
    assert read_envoy(SHOP).routes == (
        Route("prefix /api/", "prefix", ("/api/",), "api", "/api/ => /", 18, host),
        Route("path /status", "exact", ("/status",), "api", None, 23, host),
        Route("safe_regex /v[0-9]+/.*", "regex", ("/v[0-9]+/.*",), "api", None, 27, host),
        Route("safe_regex /v[0-9]+/.*", "regex", ("/v[0-9]+/.*",), "web", None, 27, host),
        Route("prefix /, headers", "acl", ("/",), "web", None, 29, host),
        Route("prefix /", "default", (), "web", None, 31, host),
    )


def test_the_entrance_is_a_frontend() -> None:
    [entrance] = read_envoy(SHOP).frontends
    assert (entrance.name, entrance.binds, entrance.mode) == ("entrance", ("0.0.0.0:8080",), "http")


def endpoint(host: str, weight: int = 1) -> dict[str, object]:
    address = {"socket_address": {"address": host, "port_value": 80}}
    return {"endpoint": {"address": address}, "load_balancing_weight": weight}


def test_a_dump_has_endpoints_that_a_control_plane_told() -> None:
    prefix = "type.googleapis.com/envoy.admin.v3."
    cluster = {
        "name": "api", "type": "EDS", "lbPolicy": "MAGLEV",
        "eds_cluster_config": {"service_name": "api.internal"},
    }  # fmt: skip
    table = {
        "virtual_hosts": [
            {"domains": ["*"], "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "api"}}]}
        ]
    }
    told = {
        "cluster_name": "api.internal",
        "endpoints": [{"lb_endpoints": [endpoint("10.0.0.1", 2), endpoint("10.0.0.2")]}],
    }
    dump = {
        "configs": [
            {"@type": prefix + "ClustersConfigDump", "dynamic_active_clusters": [
                {"version_info": "1", "cluster": cluster}]},
            {"@type": prefix + "RoutesConfigDump", "dynamic_route_configs": [
                {"route_config": table}]},
            {"@type": prefix + "EndpointsConfigDump", "dynamic_endpoint_configs": [
                {"endpoint_config": told}]},
        ]
    }  # fmt: skip
    for text in (json.dumps(dump), json.dumps(dump, indent="\t")):
        found = read_envoy(text)
        [api] = found.pools
        assert api.algorithm == "hash"
        assert api.intended_shares() == pytest.approx({"10.0.0.1:80": 2 / 3, "10.0.0.2:80": 1 / 3})
        assert [route.kind for route in found.routes] == ["default"]
        assert found.problems == ()


def test_localities_share_by_weight_where_that_is_asked_for() -> None:
    cluster = {
        "name": "a",
        "common_lb_config": {"locality_weighted_lb_config": {}},
        "load_assignment": {
            "endpoints": [
                {"load_balancing_weight": 3, "lb_endpoints": [endpoint("10.0.0.1")]},
                {
                    "load_balancing_weight": 1,
                    "lb_endpoints": [endpoint("10.0.1.1"), endpoint("10.0.1.2")],
                },
            ]
        },
    }
    [found] = read_envoy(json.dumps({"static_resources": {"clusters": [cluster]}})).pools
    assert list(found.intended_shares().values()) == pytest.approx([0.75, 0.125, 0.125])


def test_a_cluster_without_endpoints_says_so() -> None:
    found = read_envoy("static_resources:\n  clusters:\n  - name: far\n    type: EDS\n")
    assert found.problems == ("line 3: no endpoint of cluster far in this file",)


def test_resources_of_a_file_are_read_by_their_type() -> None:
    text = json.dumps(
        {
            "resources": [
                {
                    "@type": "type.googleapis.com/envoy.config.cluster.v3.Cluster",
                    "name": "a",
                    "load_balancing_policy": {
                        "policies": [
                            {
                                "typed_extension_config": {
                                    "name": "envoy.load_balancing_policies.random"
                                }
                            }
                        ]
                    },
                    "load_assignment": {"endpoints": [{"lb_endpoints": [endpoint("10.0.0.1")]}]},
                }
            ]
        }
    )
    assert [(p.name, p.algorithm) for p in read_envoy(text).pools] == [("a", "random")]


def test_a_weight_that_is_none_is_told() -> None:
    text = SHOP.replace("load_balancing_weight: 3", "load_balancing_weight: many")
    assert 'weight of "many" is not a number' in read_envoy(text).problems[0]
