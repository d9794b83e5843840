"""Writes a specification as nginx.conf."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.lab.nginxlayouts import log_format
from tests.lab.tools import root

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.spec import Pool, Server, Spec

_METHODS = {"leastconn": "least_conn;", "source": "ip_hash;"}


def render(spec: Spec, folder: Path, layout: str, ids: bool) -> str:
    """The file, with every path below `folder`."""
    user = "user www-data;\n" if root() else ""
    upstreams = "\n".join(_upstream(pool, spec) for pool in spec.pools)
    rate = spec.limit_per_s
    zone = f"    limit_req_zone $server_name zone=everyone:1m rate={rate}r/s;\n" if rate else ""
    return f"""{user}worker_processes 1;
pid {folder}/run/nginx.pid;
error_log {folder}/var/log/nginx/error.log notice;

events {{
    worker_connections 4096;
}}

http {{
    {log_format(layout, ids)}
    access_log {folder}/var/log/nginx/access.log {layout};
{_temporary(folder)}{zone}
{upstreams}
    server {{
        listen {spec.address}:{spec.port};
        server_name {spec.host};
{_limit(spec)}{_locations(spec, ids)}    }}
}}
"""


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
    if server.backup:
        words.append("backup")
    if server.down:
        words.append("down")
    return " ".join(words) + ";"


def _limit(spec: Spec) -> str:
    if not spec.limit_per_s:
        return ""
    return "        limit_req zone=everyone burst=4 nodelay;\n"


def _locations(spec: Spec, ids: bool) -> str:
    places = [(rule.prefix, rule.pool, rule.replace) for rule in spec.rules]
    places.append(("/", spec.main.name, spec.root_replace))
    return "".join(
        _location(prefix, pool + (replace or ""), spec, ids) for prefix, pool, replace in places
    )


def _location(prefix: str, target: str, spec: Spec, ids: bool) -> str:
    lines = [f"proxy_pass http://{target};"]
    if spec.keepalive:
        lines += ["proxy_http_version 1.1;", 'proxy_set_header Connection "";']
    lines += [
        "proxy_set_header Host $host;",
        "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
    ]
    if ids:
        lines.append("proxy_set_header X-Request-ID $request_id;")
    lines += ["proxy_connect_timeout 1s;", f"proxy_read_timeout {spec.read_timeout_ms}ms;"]
    lines.append(f"proxy_next_upstream {'error timeout' if spec.retry else 'off'};")
    if spec.retry:
        lines.append("proxy_next_upstream_tries 2;")
    body = "\n".join(f"            {line}" for line in lines)
    return f"\n        location {prefix} {{\n{body}\n        }}\n"
