"""Traefik configuration: services, routers and middlewares, as YAML and as TOML."""

from __future__ import annotations

import pytest

from logsleuth.evidence.configuration.intent import Limit, Route, Timeout
from logsleuth.evidence.configuration.traefik import read_traefik
from logsleuth.evidence.configuration.traefik_services import address_of

SHOP = """\
entryPoints:
  web:
    address: ":80"
    transport: {respondingTimeouts: {readTimeout: 1m30s}}
providers: {file: {filename: dynamic.yml}}
http:
  routers:
    api:
      rule: "Host(`shop.example`) && (PathPrefix(`/api`, `/v2`) || Path(`/status`))"
      service: api@file
      middlewares: [all]
    rest:
      rule: "PathPrefix(`/`) && Header(`X-Canary`, `1`)"
      service: split
    plain: {service: split}
  middlewares:
    all: {chain: {middlewares: [strip, slow]}}
    strip: {stripPrefix: {prefixes: [/api]}}
    slow: {rateLimit: {average: 100, burst: 50}}
    few: {inFlightReq: {amount: 10}}
    again: {retry: {attempts: 4}}
  serversTransports:
    patient: {forwardingTimeouts: {dialTimeout: 500ms, responseHeaderTimeout: "10"}}
  services:
    api:
      loadBalancer:
        serversTransport: patient
        sticky: {cookie: {name: SRV}}
        healthCheck: {path: /up, timeout: 2s}
        servers:
        - url: "http://10.0.0.1:8080"
          weight: 3
        - url: "http://10.0.0.2:8080/"
    split:
      weighted:
        services: [{name: api, weight: 9}, {name: canary, weight: 1}]
    safe:
      failover: {service: api, fallback: canary}
"""


def test_servers_with_weights_and_what_sticks() -> None:
    api = read_traefik(SHOP).pool("api")
    assert api is not None
    assert api.intended_shares() == {"10.0.0.1:8080": 0.75, "10.0.0.2:8080": 0.25}
    assert [server.line for server in api.servers] == [31, 33]
    assert (api.algorithm, api.affinity, api.key) == ("round-robin", "cookie SRV", "cookie SRV")
    assert (api.check, api.servers[0].checked) == ("http /up", True)
    assert Timeout("dialTimeout", 0.5, 23, "service api") in api.timeouts


def test_services_of_services_share_and_step_in() -> None:
    found = read_traefik(SHOP)
    split, safe = found.pool("split"), found.pool("safe")
    assert split is not None
    assert safe is not None
    assert split.intended_shares() == {"api": 0.9, "canary": 0.1}
    assert safe.intended_shares() == {"api": 1.0}
    assert safe.servers[1].backup


def test_rules_become_routes() -> None:
    rule = "Host(`shop.example`) && (PathPrefix(`/api`, `/v2`) || Path(`/status`))"
    condition = "PathPrefix(`/`) && Header(`X-Canary`, `1`)"
    host, rewrite = "shop.example", "/api => /"
    assert read_traefik(SHOP).routes == (
        Route(rule, "prefix", ("/api", "/v2"), "api", rewrite, 9, host),
        Route(rule, "exact", ("/status",), "api", rewrite, 9, host),
        Route(condition, "acl", (condition,), "split", None, 13, None),
        Route("router plain", "default", (), "split", None, 15, None),
    )


def test_middlewares_limit_and_transports_wait() -> None:
    found = read_traefik(SHOP)
    assert found.limits == (
        Limit("rateLimit average", "100", 19, "middleware slow"),
        Limit("rateLimit burst", "50", 19, "middleware slow"),
        Limit("inFlightReq amount", "10", 20, "middleware few"),
        Limit("retry attempts", "4", 21, "middleware again"),
    )
    assert set(found.timeouts) == {
        Timeout("dialTimeout", 0.5, 23, "serversTransport patient"),
        Timeout("responseHeaderTimeout", 10.0, 23, "serversTransport patient"),
        Timeout("readTimeout", 90.0, 4, "entryPoint web"),
    }
    assert [(e.name, e.binds) for e in found.frontends] == [("web", (":80",))]


def test_toml_says_the_same_and_knows_its_lines() -> None:
    text = """\
[http.routers.api]
  rule = "PathPrefix(`/api`)"
  service = "api"
[http.services.api.loadBalancer]
  [[http.services.api.loadBalancer.servers]]
    url = "http://10.0.0.1:8080"
    weight = 3
  [[http.services.api.loadBalancer.servers]]
    url = "http://10.0.0.2:8080"
"""
    found = read_traefik(text)
    [api] = found.pools
    assert api.intended_shares() == {"10.0.0.1:8080": 0.75, "10.0.0.2:8080": 0.25}
    assert [server.line for server in api.servers] == [6, 9]
    assert [(r.kind, r.values, r.line) for r in found.routes] == [("prefix", ("/api",), 2)]
    assert read_traefik(text + "[http.services.api\n").problems


def test_middlewares_that_lead_back_to_themselves_end() -> None:
    text = """\
http:
  routers: {a: {rule: "Path(`/a`)", service: s, middlewares: [m]}}
  middlewares: {m: {chain: {middlewares: [m, m]}}}
"""
    [route] = read_traefik(text).routes
    assert route.rewrite is None


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://10.0.0.1:8080/x", "10.0.0.1:8080"),
        ("http://app", "app:80"),
        ("https://app/", "app:443"),
        ("http://[fd00::1]:80", "[fd00::1]:80"),
        ("h2c://app:9", "app:9"),
        ("10.0.0.1:6379", "10.0.0.1:6379"),
        ("", ""),
    ],
)
def test_addresses_are_those_of_the_log(url: str, address: str) -> None:
    assert address_of(url) == address
