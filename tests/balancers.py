"""Evidence of balancers made from a scene: their access logs as lines, beside their configuration.

The lines are those that the manuals of Envoy, Traefik and Apache describe; nothing of them knows
what logsleuth reads.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.analyses.traffic_builder import Scene

ENVOY: Final = """
static_resources:
  listeners:
  - name: main
    address: {{ socket_address: {{ address: 0.0.0.0, port_value: 8080 }} }}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.HttpConnectionManager
          stat_prefix: main
          access_log:
          - name: envoy.access_loggers.file
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
              path: /var/log/envoy/access.log
{log}
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes:
              - match: {{ prefix: "/" }}
                route: {{ cluster: shop }}
  clusters:
  - name: shop
    connect_timeout: 1s
    lb_policy: ROUND_ROBIN
    load_assignment:
      cluster_name: shop
      endpoints:
      - lb_endpoints:
{endpoints}
"""
_ENDPOINT: Final = """        - endpoint:
            address: {{ socket_address: {{ address: {host}, port_value: {port} }} }}
          load_balancing_weight: {weight}"""
OWN_TEXT: Final = """              log_format:
                text_format_source:
                  inline_string: "%START_TIME(%s.%3f)% %REQ(:METHOD)% %REQ(:PATH)% %RESPONSE_CODE% %RESPONSE_FLAGS% %DURATION% %UPSTREAM_HOST% %UPSTREAM_CLUSTER% %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%\\n"
"""  # noqa: E501
OWN_JSON: Final = """              log_format:
                json_format:
                  at: "%START_TIME%"
                  asked: { verb: "%REQ(:METHOD)%", what: "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%" }
                  answer: "%RESPONSE_CODE%"
                  why: "%RESPONSE_FLAGS%"
                  took: "%DURATION%"
                  of: "%UPSTREAM_HOST%"
                  group: "%UPSTREAM_CLUSTER%"
                  by: "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%"
"""


def _stamp(at: float, text: str) -> str:
    return datetime.fromtimestamp(at, UTC).strftime(text)


def _iso(at: float) -> str:
    return _stamp(at, "%Y-%m-%dT%H:%M:%S.") + f"{int(at * 1000) % 1000:03d}Z"


def _clf(at: float) -> str:
    return _stamp(at, "%d/%b/%Y:%H:%M:%S +0000")


# What Envoy writes as its reason where a scene writes HAProxy's.
_FLAGS: Final = {"----": "-", "SC--": "UF", "PQ--": "UO", "sH--": "UT"}


def _ms(scene: Scene, i: int) -> int:
    return round(1000 * float(scene.duration_s[i]))


def _asked(scene: Scene, i: int) -> str:
    return scene.server[i] or "-"


def envoy_default(scene: Scene, i: int) -> str:
    flags, took = _FLAGS[scene.termination[i]], _ms(scene, i)
    waited = took - 1 if flags == "-" else "-"
    return (
        f'[{_iso(scene.started[i])}] "GET {scene.route[i]} HTTP/1.1" {scene.status[i]} {flags} 0'
        f' 512 {took} {waited} "{scene.client[i]}" "curl/8.5" "{i:08x}-0000-4000-8000-000000000000"'
        f' "shop.example.org" "{_asked(scene, i)}"'
    )


def envoy_text(scene: Scene, i: int) -> str:
    return (
        f"{scene.started[i]:.3f} GET {scene.route[i]} {scene.status[i]}"
        f" {_FLAGS[scene.termination[i]]} {_ms(scene, i)} {_asked(scene, i)} shop {scene.client[i]}"
    )


def envoy_json(scene: Scene, i: int) -> str:
    return json.dumps(
        {
            "at": _iso(scene.started[i]), "asked": {"verb": "GET", "what": scene.route[i]},
            "answer": int(scene.status[i]), "why": _FLAGS[scene.termination[i]],
            "took": _ms(scene, i), "of": scene.server[i] or None, "group": "shop",
            "by": scene.client[i],
        }
    )  # fmt: skip


def traefik_common(scene: Scene, i: int) -> str:
    url = f'"http://{scene.server[i]}"' if scene.server[i] else '"-"'
    return (
        f'{scene.client[i]} - - [{_clf(scene.started[i])}] "GET {scene.route[i]} HTTP/1.1"'
        f' {scene.status[i]} 512 "-" "curl/8.5" {i} "all@file" {url} {_ms(scene, i)}ms'
    )


def traefik_json(scene: Scene, i: int) -> str:
    took = round(1e9 * float(scene.duration_s[i]))
    return json.dumps(
        {
            "ClientAddr": f"{scene.client[i]}:5{i % 10000:04d}", "ClientHost": scene.client[i],
            "ClientUsername": "-", "DownstreamContentSize": 512,
            "DownstreamStatus": int(scene.status[i]), "Duration": took,
            "OriginDuration": took - 200_000, "OriginStatus": int(scene.status[i]),
            "Overhead": 200_000, "RequestCount": i, "RequestHost": "shop.example.org",
            "RequestMethod": "GET", "RequestPath": scene.route[i],
            "RequestProtocol": "HTTP/1.1", "RetryAttempts": 0, "RouterName": "all@file",
            "ServiceName": "shop@file", "ServiceURL": f"http://{scene.server[i]}",
            "StartUTC": _iso(scene.started[i]), "entryPointName": "web", "level": "info",
            "msg": "", "time": _stamp(scene.started[i] + took / 1e9, "%Y-%m-%dT%H:%M:%SZ"),
        }
    )  # fmt: skip


def apache(scene: Scene, i: int) -> str:
    worker = f"http://{scene.server[i]}" if scene.server[i] else "-"
    return (
        f'{scene.client[i]} - - [{_clf(scene.started[i])}] "GET {scene.route[i]} HTTP/1.1"'
        f' {scene.status[i]} 512 "-" "curl/8.5" {worker} {round(1e6 * scene.duration_s[i])}'
    )


def envoy_configuration(weights: Mapping[str, int], log: str = "") -> str:
    endpoints = [
        _ENDPOINT.format(host=s.split(":")[0], port=s.split(":")[1], weight=w)
        for s, w in weights.items()
    ]
    return ENVOY.format(log=log.rstrip("\n"), endpoints="\n".join(endpoints))


def traefik_configuration(weights: Mapping[str, int]) -> str:
    servers = "".join(
        f'          - url: "http://{server}"\n            weight: {weight}\n'
        for server, weight in weights.items()
    )
    return (
        'http:\n  routers:\n    all:\n      rule: "PathPrefix(`/`)"\n      service: shop\n'
        "  services:\n    shop:\n      loadBalancer:\n        servers:\n" + servers
    )


def apache_configuration(weights: Mapping[str, int]) -> str:
    members = "".join(
        f"  BalancerMember http://{server} loadfactor={weight}\n"
        for server, weight in weights.items()
    )
    return (
        'LogFormat "%h %l %u %t \\"%r\\" %>s %b \\"%{Referer}i\\" \\"%{User-Agent}i\\"'
        ' %{BALANCER_WORKER_NAME}e %D" worker\nCustomLog logs/access_log worker\n'
        f'<Proxy "balancer://shop">\n{members}  ProxySet lbmethod=byrequests\n</Proxy>\n'
        'ProxyPass "/" "balancer://shop/"\n'
    )


def _lines(scene: Scene, line: Callable[[Scene, int], str]) -> Iterator[str]:
    """The requests in the order in which they end, for that is when they are logged."""
    for i in np.argsort(scene.started + scene.duration_s, kind="stable").tolist():
        yield line(scene, i) + "\n"


def write(
    folder: Path, scene: Scene, line: Callable[[Scene, int], str], configuration: str
) -> None:
    """Write the log and the configuration under names that say nothing."""
    (folder / "a.log").write_text("".join(_lines(scene, line)), encoding="utf-8")
    (folder / "b.txt").write_text(configuration, encoding="utf-8")
