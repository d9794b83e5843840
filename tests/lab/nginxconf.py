"""Writes a specification as nginx.conf."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.lab.nginxlayouts import log_format
from tests.lab.spec import Rule
from tests.lab.tools import root

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.spec import Pool, Server, Spec

_METHODS = {
    "leastconn": "least_conn;",
    "source": "ip_hash;",
    "hash": "hash $remote_addr consistent;",
    "uri": "hash $request_uri consistent;",
    "cookie": "hash $cookie_sid consistent;",
}


def render(spec: Spec, folder: Path, layout: str, ids: bool) -> str:
    """The file, with every path below `folder`."""
    user = "user www-data;\n" if root() else ""
    upstreams = "\n".join(_upstream(pool, spec) for pool in spec.pools)
    return f"""{_comment(spec)}{user}worker_processes 1;
pid {folder}/run/nginx.pid;
error_log {folder}/var/log/nginx/error.log notice;

events {{
    worker_connections {spec.worker_connections};
}}

http {{
    {log_format(layout, ids)}
    access_log {folder}/var/log/nginx/access.log {layout};
    send_timeout {spec.client_timeout_s}s;
{_temporary(folder)}{_zones(spec)}
{upstreams}
    server {{
        listen {spec.address}:{spec.port};
        server_name {spec.host};
{_limit(spec)}{_locations(spec, ids)}    }}
}}
"""


def _comment(spec: Spec) -> str:
    return f"# {spec.comment}\n" if spec.comment else ""


def _zones(spec: Spec) -> str:
    text = ""
    if spec.limit_per_s:
        text += f"    limit_req_zone $server_name zone=everyone:1m rate={spec.limit_per_s}r/s;\n"
    if spec.limit_conn:
        text += "    limit_conn_zone $server_name zone=together:1m;\n"
    return text


def _temporary(folder: Path) -> str:
    """Someone who isn't root can't use the folders that Debian made for nginx."""
    if root():
        return ""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return "".join(f"    {kind}_temp_path {folder}/run/{kind};\n" for kind in kinds)


def _upstream(pool: Pool, spec: Spec) -> str:
    lines = [f"    upstream {pool.name} {{", f"        zone {pool.name} 64k;"]
    if pool.algorithm in _METHODS:
        lines.append(f"        {_METHODS[pool.algorithm]}")
    lines += [f"        {_server(server, spec)}" for server in pool.servers]
    if spec.keepalive:
        lines.append("        keepalive 16;")
    return "\n".join([*lines, "    }\n"])


def _server(server: Server, spec: Spec) -> str:
    words = [f"server {server.endpoint}"]
    if server.weight is not None:
        words.append(f"weight={server.weight}")
    if spec.max_fails is not None:
        words.append(f"max_fails={spec.max_fails}")
        if spec.max_fails:
            words.append(f"fail_timeout={spec.fail_timeout_s}s")
    if server.maxconn is not None:
        words.append(f"max_conns={server.maxconn}")
    if server.backup:
        words.append("backup")
    if server.down:
        words.append("down")
    return " ".join(words) + ";"


def _limit(spec: Spec) -> str:
    text = ""
    if spec.limit_per_s:
        text += f"        limit_req zone=everyone burst={spec.limit_burst} nodelay;\n"
        text += f"        limit_req_status {spec.limit_status};\n"
    if spec.limit_conn:
        text += f"        limit_conn together {spec.limit_conn};\n"
        text += f"        limit_conn_status {spec.limit_status};\n"
    return text


def _locations(spec: Spec, ids: bool) -> str:
    root = Rule("/", spec.main.name, spec.root_replace)
    return "".join(_location(rule, spec, ids) for rule in (*spec.rules, root))


def _next(spec: Spec) -> list[str]:
    conditions = ["error timeout"] if spec.retry or spec.retry_errors else ["off"]
    if spec.retry_errors:
        conditions.append("http_500 http_502 http_503")
    lines = [f"proxy_next_upstream {' '.join(conditions)};"]
    if spec.retry or spec.retry_errors:
        lines.append("proxy_next_upstream_tries 2;")
    return lines


def _location(rule: Rule, spec: Spec, ids: bool) -> str:
    lines = [f"proxy_pass http://{rule.pool}{rule.replace or ''};"]
    if spec.keepalive:
        lines += ["proxy_http_version 1.1;", 'proxy_set_header Connection "";']
    lines += [
        "proxy_set_header Host $host;",
        "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
    ]
    if ids:
        lines.append("proxy_set_header X-Request-ID $request_id;")
    patience = rule.read_timeout_ms or spec.read_timeout_ms
    lines += ["proxy_connect_timeout 1s;", f"proxy_read_timeout {patience}ms;", *_next(spec)]
    body = "\n".join(f"            {line}" for line in lines)
    return f"\n        location {rule.prefix} {{\n{body}\n        }}\n"
