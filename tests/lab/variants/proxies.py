"""A balancer's log written again as other software would have written it for the same requests.

Each follows its manual in what it says where a server refused, was too slow or was tried again.
There is no configuration, and no log of errors where the software writes them elsewhere.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final
from zlib import crc32

from tests.lab.variants.common import OWN, answer_s, asked_of, clf, ms, status_of, zulu
from tests.lab.variants.exchanges import FAILED, UNASKED, Ending

if TYPE_CHECKING:
    from tests.lab.variants.exchanges import Exchange

# Envoy's access logging, RESPONSE_FLAGS and RESPONSE_CODE_DETAILS.
_FLAGS: Final = {
    Ending.REFUSED: ("UF", "upstream_reset_before_response_started{connection_failure}"),
    Ending.UNREACHED: ("UF", "upstream_reset_before_response_started{connection_timeout}"),
    Ending.CLOSED: ("UC", "upstream_reset_before_response_started{connection_termination}"),
    Ending.TIMEOUT: ("UT", "response_timeout"),
    Ending.BROKEN: ("UC", "upstream_reset_after_response_started{connection_termination}"),
    Ending.NO_SERVER: ("UH", "no_healthy_upstream"),
    Ending.QUEUED: ("UO", "upstream_reset_before_response_started{overflow}"),
    Ending.LIMITED: ("RL", "local_rate_limited"),
    Ending.LEFT: ("DC", "downstream_remote_disconnect"),
    Ending.OWN: ("-", "direct_response"),
    Ending.ANSWERED: ("-", "via_upstream"),
}


def cluster(pool: str) -> str:
    """A pool as Istio calls it: which way, port, subset, host."""
    return f"outbound|8080||{pool.replace('_', '-')}.prod.svc.cluster.local"


def service(pool: str) -> str:
    """A pool as the ingress controller calls it: namespace, service, port."""
    return f"prod-{pool.replace('_', '-')}-8080"


def envoy_flags(one: Exchange) -> str:
    """Flags as Envoy has them; URX where all retries were in vain."""
    flag = _FLAGS[one.ending][0]
    tired = len(one.tries) > 1 and one.ending in FAILED
    return f"{flag},URX" if tired else flag


def envoy(one: Exchange) -> str:
    """Envoy's default format."""
    status = status_of(one, "envoy") or 0
    return (
        f'[{zulu(one.started)}] "{one.request}" {status} {envoy_flags(one)} 0 {one.bytes}'
        f' {ms(one.took_s)} {ms(answer_s(one))} "{one.client}" "{one.agent or "-"}"'
        f' "{one.id or "-"}" "{one.host}" "{asked_of(one) or "-"}"'
    )


def istio(one: Exchange) -> str:
    """A sidecar's JSON, with Istio's default keys in its order: that of the alphabet."""
    answer = answer_s(one)
    flag = envoy_flags(one)
    failure = "delayed_connect_error:_111" if one.ending is Ending.REFUSED else None
    said = {
        "authority": one.host, "bytes_received": 0, "bytes_sent": one.bytes,
        "connection_termination_details": None, "downstream_local_address": "10.20.0.1:8080",
        "downstream_remote_address": f"{one.client}:0", "duration": round(one.took_s * 1000),
        "method": one.method, "path": one.target, "protocol": one.protocol,
        "request_id": one.id, "requested_server_name": None,
        "response_code": status_of(one, "envoy") or 0,
        "response_code_details": _FLAGS[one.ending][1], "response_flags": flag,
        "route_name": "default", "start_time": zulu(one.started),
        "upstream_cluster": None if one.ending is Ending.OWN
        else cluster(one.pool),
        "upstream_host": asked_of(one), "upstream_local_address": None,
        "upstream_service_time": None if answer is None else ms(answer),
        "upstream_transport_failure_reason": failure, "user_agent": one.agent,
        "x_forwarded_for": one.client,
    }  # fmt: skip
    return json.dumps(said, separators=(",", ":"))


def alb(one: Exchange) -> str:
    """An Application Load Balancer's entry; it stamps the end, and -1 where a phase has no time."""
    asked, status = asked_of(one), status_of(one, "alb")
    last = one.last
    answered = last is not None and last.ending in {Ending.ANSWERED, Ending.BROKEN}
    times = "-1 -1 -1"
    if last is not None and answered:
        wait = answer_s(one) or 0.0
        before = max(one.took_s - last.took_s, 0.0)
        times = f"{before:.3f} {wait:.3f} {max(one.took_s - before - wait, 0):.3f}"
    elif one.ending is Ending.CLOSED:
        times = f"0.000 {one.took_s:.3f} -1"
    group = (
        f"arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/{one.pool}/73e2d6bc"
    )
    state = last.status if last and answered else "-"
    trace = f"Root=1-{int(one.started):08x}-{crc32(repr(one).encode()):024x}"
    action = "fixed-response" if one.ending is Ending.OWN else "forward"
    return (
        f"http {zulu(one.ended, 'microseconds')} app/edge/50dc6c495c0c9188 {one.client}:40000"
        f" {asked or '-'} {times} {status} {state} 120 {one.bytes}"
        f' "{one.method} http://{one.host}:80{one.target} {one.protocol}" "{one.agent or "-"}" - -'
        f' {"-" if one.ending is Ending.OWN else group} "{trace}"'
        f' "-" "-" 0 {zulu(one.started, "microseconds")} "{action}" "-" "-"'
        f' "{asked or "-"}" "{state}" "-" "-"'
    )


def traefik(one: Exchange) -> str:
    """Traefik's common log format, which stamps the start in whole seconds."""
    asked = asked_of(one)
    url = f"http://{asked}" if asked else "-"
    router = "-" if one.ending is Ending.OWN else f"{one.pool}@docker"
    return (
        f'{one.client} - - [{clf(one.started)}] "{one.request}"'
        f" {status_of(one, 'traefik')} {one.bytes}"
        f' "-" "-" 1 "{router}" "{url}" {ms(one.took_s)}ms'
    )


def traefik_json(one: Exchange) -> str:
    """Traefik's JSON; what it answers itself for a server that failed is an origin's status too."""
    asked, status = asked_of(one), status_of(one, "traefik")
    own = one.ending in UNASKED
    said = {
        "ClientAddr": f"{one.client}:40000", "ClientHost": one.client, "ClientPort": "40000",
        "ClientUsername": "-", "DownstreamContentSize": one.bytes, "DownstreamStatus": status,
        "Duration": int(one.took_s * 1e9), "OriginContentSize": 0 if own else one.bytes,
        "OriginDuration": 0 if own else int((one.last.took_s if one.last else 0) * 1e9),
        "OriginStatus": 0 if own else status, "Overhead": 60000, "RequestAddr": one.host,
        "RequestContentSize": 0, "RequestCount": 1, "RequestHost": one.host,
        "RequestMethod": one.method, "RequestPath": one.target, "RequestPort": "-",
        "RequestProtocol": one.protocol, "RequestScheme": "http",
        "RetryAttempts": max(len(one.tries) - 1, 0), "RouterName": f"{one.pool}@docker",
        **({"ServiceAddr": asked, "ServiceName": f"{one.pool}@docker", "ServiceURL": f"http://{asked}"}
           if asked else {}),
        "StartLocal": zulu(one.started, "microseconds"),
        "StartUTC": zulu(one.started, "microseconds"),
        "entryPointName": "web", "level": "info", "msg": "", "time": zulu(one.ended, "seconds"),
    }  # fmt: skip
    return json.dumps(said, separators=(",", ":"))


def caddy(one: Exchange) -> str:
    """Caddy's JSON: of the server behind it says nothing by itself."""
    status = status_of(one, "caddy")
    said = {
        "level": "error" if (status or 0) >= 500 else "info", "ts": round(one.ended, 6),
        "logger": "http.log.access.log0", "msg": "handled request",
        "request": {
            "remote_ip": one.client, "remote_port": "40000", "client_ip": one.client,
            "proto": one.protocol, "method": one.method, "host": one.host, "uri": one.target,
            "headers": {"User-Agent": [one.agent or "-"]},
        },
        "bytes_read": 0, "user_id": "", "duration": round(one.took_s, 6), "size": one.bytes,
        "status": status,
        "resp_headers": {"Server": ["Caddy"]},
    }  # fmt: skip
    return json.dumps(said, separators=(",", ":"))


def apache(one: Exchange) -> str:
    """Combined with %D and the balancer's worker; %t is when the request came in."""
    asked = asked_of(one)
    return (
        f'{one.client} - - [{clf(one.started)}] "{one.request}"'
        f" {status_of(one, 'apache')} {one.bytes or '-'}"
        f' "-" "{one.agent or "-"}" {one.took_s * 1e6:.0f} {f"http://{asked}" if asked else "-"}'
    )


def combined(one: Exchange) -> str:
    """Nothing of servers and times."""
    return (
        f'{one.client} - - [{clf(one.ended)}] "{one.request}" {status_of(one, "nginx")} {one.bytes}'
        f' "-" "{one.agent or "-"}"'
    )


def _upstream(one: Exchange) -> tuple[str, str, str, str]:
    """nginx's lists of the servers that were tried: addresses, lengths, times, statuses."""
    if one.ending is Ending.NO_SERVER:
        return one.pool, "0", "0.000", "502"
    if one.ending in UNASKED or not one.tries:
        return "-", "-", "-", "-"
    states = [
        str(OWN["nginx"].get(t.ending, t.status or 200) if t.ending is not Ending.LEFT else "-")
        for t in one.tries
    ]
    sizes = ["0"] * (len(states) - 1) + [str(one.bytes)]
    times = [f"{t.took_s:.3f}" for t in one.tries]
    return (
        ", ".join(t.server for t in one.tries), ", ".join(sizes), ", ".join(times),
        ", ".join(states),
    )  # fmt: skip


def ingress(one: Exchange) -> str:
    """The controller's own format, in which pools are namespace, service and port."""
    servers, sizes, times, states = _upstream(one)
    return (
        f"{combined(one)} 120 {one.took_s:.3f} [{service(one.pool)}] []"
        f" {servers} {sizes} {times} {states} {one.id or '-'}"
    )


def nginx(one: Exchange) -> str:
    """The combined format with the fields that are added most, and milliseconds."""
    servers, _, times, states = _upstream(one)
    return (
        f'{combined(one)} rt={one.took_s:.3f} ua="{servers}" us="{states}" ut="{times}"'
        f" msec={one.ended:.3f}"
    )
