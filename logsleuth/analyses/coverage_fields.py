"""Whether lines say what the diagnosis needs, and whether the layers tell of the same requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.analyses.coverage_fact import Fact
from logsleuth.analyses.statements import sql

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from logsleuth.case.store import Case

# What has less than this is as good as missing; of what isn't sampled the layers agree on more.
ENOUGH: Final = 0.9
SAMPLED: Final = 0.8
_FEW: Final = 50

# What to log, in the words of the product's manual.
_NGINX: Final[Mapping[str, str]] = {
    "server": "add $upstream_addr to log_format",
    "duration": "add $request_time to log_format",
    "upstream_time": "add $upstream_response_time and $upstream_header_time to log_format",
    "client": "add $remote_addr to log_format, and real_ip_header behind another proxy",
    "status": "add $status to log_format",
    "id": "add $request_id to log_format and hand it on: proxy_set_header X-Request-ID $request_id",
}
_HAPROXY: Final[Mapping[str, str]] = {
    "server": "use option httplog: %b/%s names the server",
    "duration": "use option httplog: %TR/%Tw/%Tc/%Tr/%Ta are the times",
    "upstream_time": "use option httplog: %Tr is the server's time",
    "client": "use option httplog: %ci is the client",
    "status": "use mode http with option httplog: %ST is the status",
    "id": "set unique-id-format, unique-id-header X-Request-ID, and %ID in log-format",
}
_ENVOY: Final[Mapping[str, str]] = {
    "server": "add %UPSTREAM_HOST% to the format",
    "duration": "add %DURATION% to the format",
    "upstream_time": "add %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% to the format",
    "client": "add %DOWNSTREAM_REMOTE_ADDRESS% to the format",
    "status": "add %RESPONSE_CODE% to the format",
    "id": "add %REQ(X-REQUEST-ID)% to the format",
}
_TRAEFIK: Final[Mapping[str, str]] = {
    "server": "set accessLog.format to json: ServiceURL names the server",
    "duration": "set accessLog.format to json: Duration is there",
    "upstream_time": "set accessLog.format to json: OriginDuration is the server's time",
    "client": "keep ClientHost in accessLog.fields",
    "status": "keep DownstreamStatus in accessLog.fields",
    "id": "set accessLog.fields.headers.names.X-Request-Id to keep",
}
_CADDY: Final[Mapping[str, str]] = {
    "server": "log_append upstream {http.reverse_proxy.upstream.hostport}",
    "duration": "use the json format of the log: it has the duration",
    "upstream_time": "log_append latency {http.reverse_proxy.upstream.latency_ms}",
    "client": "use the json format of the log, and trusted_proxies behind another proxy",
    "status": "use the json format of the log: it has the status",
    "id": "log_append request_id {http.request.uuid}",
}
_APACHE: Final[Mapping[str, str]] = {
    "server": "add %{BALANCER_WORKER_NAME}e to LogFormat",
    "duration": "add %D to LogFormat",
    "upstream_time": "add %^FB to LogFormat, with LogIOTrackTTFB ON",
    "client": "add %a to LogFormat",
    "status": "add %>s to LogFormat",
    "id": "load mod_unique_id and add %{UNIQUE_ID}e to LogFormat",
}
_HINTS: Final[Mapping[str, Mapping[str, str]]] = {
    "haproxy": _HAPROXY, "envoy-access": _ENVOY, "traefik-access": _TRAEFIK, "caddy": _CADDY,
    "apache-access": _APACHE,
}  # fmt: skip
NAMES: Final[Mapping[str, str]] = {
    "server": "names its server", "duration": "has a duration",
    "upstream_time": "has the server's time", "client": "names the client",
    "status": "has a status", "id": "has a request id",
}  # fmt: skip


def shares(case: Case) -> dict[str, float]:
    """The part of the balancer's requests that has each field; empty without requests."""
    rows = case.rows(sql("coverage_fields"))
    total = sum(row[1] for row in rows)
    if not total:
        return {}
    return {
        name: sum(row[place] for row in rows) / total for place, name in enumerate(NAMES, start=2)
    }


def fields(case: Case) -> Iterator[Fact]:
    """Give the part of the balancer's requests that has each field, and how to log what lacks."""
    found = shares(case)
    rows = case.rows(sql("coverage_fields"))
    formats = {row[0] for row in rows}
    hints = _HINTS.get(formats.pop(), _NGINX) if len(formats) == 1 else _NGINX
    for name, share in found.items():
        means = "" if share >= ENOUGH else hints.get(name, f"log what {NAMES[name]}")
        yield Fact("balancer", "requests", NAMES[name], round(share, 4), means)


def joined(case: Case) -> Iterator[Fact]:
    """Give the part of the balancer's requests that an application tells of, and the reverse.

    By ids where both have them; by counts otherwise, for which retries are one request.
    """
    row = case.row(sql("coverage_joined"))
    asked, told, asked_any, told_any, asked_named, told_named, both, back = row
    if min(asked, told) < _FEW:
        return
    by_id = min(asked_named, told_named) >= ENOUGH * min(asked, told)
    there = both / asked_named if by_id else min(told_any / asked, 1.0)
    here = back / told_named if by_id else min(asked_any / told, 1.0)
    how = "by id" if by_id else "by their number"
    yield _sampled(
        "balancer", "requests that an application tells of", there, how,
        "the applications' logs are sampled or incomplete: what they don't say proves nothing",
    )  # fmt: skip
    yield _sampled(
        "application", "requests that the balancer tells of", here, how,
        "a balancer's log is sampled or missing, or others ask the applications too",
    )  # fmt: skip


def seen(case: Case) -> float | None:
    """What part of the requests that applications served well the balancer's log has, at most 1.

    None where one of them has too few to tell.
    """
    found = (fact.value for fact in joined(case) if fact.layer == "application")
    return next((share for share in found if isinstance(share, float)), None)


def _sampled(layer: str, fact: str, share: float, how: str, means: str) -> Fact:
    few = share < SAMPLED
    said = f"{share:.0%} {how}; {means}" if few else how
    return Fact(layer, "requests", fact, round(share, 4), said, warns=few)
