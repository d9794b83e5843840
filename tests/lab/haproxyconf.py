"""Writes a specification as haproxy.cfg."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.spec import Pool, Rule, Server, Spec

_HTTPLOG = (
    "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc"
    " %sq/%bq %hr %hs %{+Q}r"
)
_UNIQUE = "%{+X}o\\ %ci:%cp_%fi:%fp_%Ts_%rt:%pid"


@dataclass(frozen=True)
class Manner:
    """What the file says beside the specification."""

    ids: bool = False
    agents: bool = False
    check_log: bool = False
    redispatch: bool = True
    inter: str = "2s"


def render(spec: Spec, folder: Path, log_address: str, manner: Manner) -> str:
    """The file, with every path below `folder`."""
    backends = "\n".join(_backend(pool, spec, manner) for pool in spec.pools)
    return f"""{f"# {spec.comment}" if spec.comment else "# managed by hand"}
global
    log {log_address}:5140 local0
    stats socket {folder}/run/haproxy/admin.sock mode 660 level admin
    pidfile {folder}/run/haproxy.pid
    maxconn 3000

defaults
    log global
    mode http
    option httplog
    option dontlognull
{_options(spec, manner)}    timeout connect 1s
    timeout client {spec.client_timeout_s}s
    timeout server {spec.read_timeout_ms}ms
    timeout queue {spec.queue_timeout_ms}ms
    timeout http-request 5s

frontend public
    bind {spec.address}:{spec.port}
    option forwardfor
{_frontend(spec, manner)}
{backends}"""


def _options(spec: Spec, manner: Manner) -> str:
    lines = []
    if manner.redispatch or spec.retry_errors:
        lines.append("option redispatch 1")
    if spec.retry_errors:
        lines += ["retries 2", "retry-on conn-failure empty-response 500 502 503"]
    if manner.check_log:
        lines.append("option log-health-checks")
    return "".join(f"    {line}\n" for line in lines)


def _frontend(spec: Spec, manner: Manner) -> str:
    lines = []
    if manner.agents:
        lines.append("capture request header User-Agent len 40")
    if manner.ids:
        lines += [
            f"unique-id-format {_UNIQUE}",
            "unique-id-header X-Request-ID",
            f'log-format "{_HTTPLOG} %ID"',
        ]
    if spec.retry_errors:
        lines.append("http-request disable-l7-retry if METH_POST")
    deny = f"http-request deny deny_status {spec.limit_status} if"
    if spec.limit_per_s:
        lines.append(f"{deny} {{ fe_req_rate gt {spec.limit_per_s} }}")
    if spec.limit_conn:
        lines.append(f"{deny} {{ fe_conn gt {spec.limit_conn} }}")
    for rule in spec.rules:
        lines += _routing(rule)
    lines.append(f"default_backend {spec.main.name}")
    return "".join(f"    {line}\n" for line in lines)


def _routing(rule: Rule) -> list[str]:
    name = "in_" + rule.prefix.strip("/").replace("/", "_")
    return [f"acl {name} path_beg {rule.prefix}", f"use_backend {rule.pool} if {name}"]


def _backend(pool: Pool, spec: Spec, manner: Manner) -> str:
    lines = [*_balance(pool), f"option httpchk GET {pool.check_path}"]
    lines += [
        f"http-request set-timeout server {rule.read_timeout_ms}ms if {{ path_beg {rule.prefix} }}"
        for rule in spec.rules
        if rule.pool == pool.name and rule.read_timeout_ms
    ]
    lines += [
        f"http-request replace-path ^{rule.prefix}(.*) {rule.replace}\\1"
        for rule in spec.rules
        if rule.pool == pool.name and rule.replace is not None
    ]
    if pool is spec.main and spec.root_replace is not None:
        lines.append(f"http-request replace-path ^/(.*) {spec.root_replace}\\1")
    lines += [_server(server, pool, spec, manner) for server in pool.servers]
    return f"backend {pool.name}\n" + "".join(f"    {line}\n" for line in lines)


def _balance(pool: Pool) -> list[str]:
    """The algorithm; affinity by cookie is no algorithm for HAProxy."""
    if pool.algorithm == "cookie":
        return ["balance roundrobin", "cookie SRV insert indirect nocache"]
    if pool.algorithm in ("hash", "uri"):
        return [
            f"balance {'source' if pool.algorithm == 'hash' else 'uri'}",
            "hash-type consistent",
        ]
    return [f"balance {pool.algorithm}"]


def _server(server: Server, pool: Pool, spec: Spec, manner: Manner) -> str:
    words = [f"server {server.name} {server.endpoint}"]
    if server.check:
        words.append(f"check inter {manner.inter}")
    if server.check and spec.observe:
        words.append("observe layer7 error-limit 4 on-error mark-down")
    if pool.algorithm == "cookie":
        words.append(f"cookie {server.name}")
    if server.weight is not None:
        words.append(f"weight {server.weight}")
    if server.maxconn is not None:
        words.append(f"maxconn {server.maxconn}")
    if server.backup:
        words.append("backup")
    if server.down:
        words.append("disabled")
    return " ".join(words)
