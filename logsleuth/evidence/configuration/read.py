"""Recognises a balancer's configuration and reads it, whatever its bytes are."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from logsleuth.evidence.configuration.apache import looks_like_apache, read_apache
from logsleuth.evidence.configuration.envoy import looks_like_envoy, read_envoy
from logsleuth.evidence.configuration.haproxy import read_haproxy
from logsleuth.evidence.configuration.haproxy_lines import sections_of
from logsleuth.evidence.configuration.intent import BalancerConfiguration
from logsleuth.evidence.configuration.nginx import read_nginx
from logsleuth.evidence.configuration.nginx_tree import Directive, tree
from logsleuth.evidence.configuration.nodes import of_yaml
from logsleuth.evidence.configuration.traefik import looks_like_traefik, read_traefik, trees
from logsleuth.evidence.configuration.units import names

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.evidence.configuration.nginx_includes import Included

_HEAD = 65_536
# Both readers go through the text in Python; real files are a hundred times smaller.
_MOST = 4 << 20
_MOST_PROBLEMS = 100
_FIRST_WORD = re.compile(r"(?:\s|#[^\n]*(?:\n|\Z))*+([.\w-]+)(?=[\s;{\"']|\Z)")
_NGINX_TOP = names(
    "access_log charset client_max_body_size default_type env error_log error_page events geo"
    " gzip gzip_types http if include ip_hash keepalive_timeout least_conn limit_conn_zone"
    " limit_req_zone load_module location log_format mail map pid proxy_cache_path"
    " proxy_connect_timeout proxy_http_version proxy_next_upstream proxy_pass proxy_read_timeout"
    " proxy_send_timeout proxy_set_header real_ip_header resolver sendfile server"
    " server_names_hash_bucket_size server_tokens set_real_ip_from split_clients ssl_certificate"
    " ssl_protocols stream tcp_nodelay tcp_nopush thread_pool types upstream user"
    " worker_connections worker_processes worker_rlimit_nofile working_directory"
)
_NGINX_INSIDE = {
    "events": {"worker_connections", "multi_accept", "use", "accept_mutex"},
    "http": {"server", "upstream", "include", "log_format", "access_log", "sendfile", "map"},
    "stream": {"server", "upstream", "include", "log_format"},
    "upstream": {"server", "zone"},
    "server": {"listen", "server_name", "location", "proxy_pass", "root"},
    "location": {"proxy_pass", "root", "try_files", "return", "fastcgi_pass", "alias"},
}
_NGINX_ALONE = names(
    "access_log log_format proxy_pass proxy_read_timeout proxy_set_header worker_processes"
)
_HAPROXY_INSIDE = names(
    "acl balance bind chroot daemon default-server default_backend http-request log maxconn"
    " mode option server server-template stats timeout use_backend user"
)
_HAPROXY_FIRST = names(
    ".if .notice .diag backend cache defaults frontend global http-errors listen log-forward"
    " mailers peers program resolvers ring userlist"
)
_USUAL_NAMES = {"nginx.conf": "nginx", "haproxy.cfg": "haproxy"}
_READERS: dict[str, Callable[[str], BalancerConfiguration]] = {
    "nginx": read_nginx,
    "haproxy": read_haproxy,
    "envoy": read_envoy,
    "traefik": read_traefik,
    "apache": read_apache,
}
# Words without which a file is neither Envoy's nor Traefik's; logs hardly ever have them.
_ENVOY = re.compile(r"static_?resources|envoy\.(?:config|admin)", re.IGNORECASE)
_TRAEFIK = re.compile(r"^[ \t{]*[\[\"']*(?:http|tcp|entrypoints)\b", re.IGNORECASE | re.MULTILINE)
_TRAEFIK_INSIDE = re.compile(r"load_?balancer|weighted|\brule\b|entrypoints", re.IGNORECASE)
_HAPROXY_HEADER = re.compile(
    r"^[ \t]*(?:global|defaults(?:[ \t]+\S+)?|(?:frontend|backend|listen)[ \t]+\S+)"
    r"(?:[ \t]+from[ \t]+\S+|[ \t]+\S*:\d+)?[ \t]*(?:#.*)?\r?$",
    re.MULTILINE,
)


def looks_like(name: str, head: bytes) -> str | None:
    """Which balancer's configuration a file is: one of the names in `_READERS`, or None.

    The content decides; only text that fits neither goes by the name its product gives it.

    Args:
        name: the file's name, with or without folders.
        head: the first bytes of it; 64 KiB are looked at.
    """
    text = _decoded(head[:_HEAD])
    by_tree = _tree_product(text)
    if by_tree is not None:
        return by_tree
    if "\0" in text:
        return None
    first = _FIRST_WORD.match(text)
    if first is None or first[1] not in {*_NGINX_TOP, *_HAPROXY_FIRST}:
        return "apache" if looks_like_apache(text) else _named(name, first)
    if _is_haproxy(first[1], text):
        return "haproxy"
    if first[1] in _NGINX_TOP and _is_nginx(text):
        return "nginx"
    return _named(name, first)


def _named(name: str, first: re.Match[str] | None) -> str | None:
    return _USUAL_NAMES.get(re.split(r"[/\\]", name)[-1]) if first else None


def read(
    name: str, data: bytes, included: Included | None = None, before: bytes = b""
) -> BalancerConfiguration:
    """The configuration in a file; what could not be read is in its `problems`.

    Never raises, whatever the bytes. Source: the products' manuals, see the readers.

    Args:
        name: the file's name, which decides where the content doesn't.
        data: the file's bytes, decompressed.
        included: gives the files that an nginx `include` names, see `nginx_includes`.
        before: the file that HAProxy was given before this one, for its `defaults`.
    """
    product = looks_like(name, data) or ("nginx" if b"{" in data[:_HEAD] else "haproxy")
    try:
        text = _decoded(data[:_MOST])
        reader = _READERS[product]
        if product == "nginx" and included is not None:
            reader = partial(read_nginx, included=included)
        elif product == "haproxy" and before:
            reader = partial(read_haproxy, before=_decoded(before[:_MOST]))
        found = reader(text)
    except Exception as error:  # noqa: BLE001
        # The lexer is another project's and the bytes may be an attacker's.
        return BalancerConfiguration(product, problems=(f"not readable: {type(error).__name__}",))
    return replace(found, problems=_told(found.problems, cut=len(data) > _MOST))


def _told(problems: tuple[str, ...], *, cut: bool) -> tuple[str, ...]:
    told = problems[:_MOST_PROBLEMS]
    if len(problems) > len(told):
        told = (*told, f"{len(problems) - len(told)} more problems")
    return (*told, f"only the first {_MOST} bytes are read") if cut else told


def _decoded(data: bytes) -> str:
    return data.decode("utf-8-sig", errors="replace")


def _tree_product(text: str) -> str | None:
    """What the tree of YAML, JSON or TOML is; lines of JSON are many documents, and so a log."""
    if "\0" in text:
        return None
    if _ENVOY.search(text) and looks_like_envoy(of_yaml(text)[0]):
        return "envoy"
    traefik = _TRAEFIK.search(text) and _TRAEFIK_INSIDE.search(text)
    if traefik and looks_like_traefik(trees(text)[0]):
        return "traefik"
    return None


def _is_haproxy(first: str, text: str) -> bool:
    if first not in _HAPROXY_FIRST or not _HAPROXY_HEADER.search(text):
        return False
    return any(
        line.words[0] in _HAPROXY_INSIDE for section in sections_of(text)[0] for line in section.own
    )


def _is_nginx(text: str) -> bool:
    return any(map(_is_telling, tree(text)[0]))


def _is_telling(directive: Directive) -> bool:
    """Whether a top-level directive is one that other programs' files don't have."""
    if directive.block is None:
        return directive.name in _NGINX_ALONE and directive.args[:1] not in ([], ["="])
    inside = _NGINX_INSIDE.get(directive.name, set[str]())
    return any(each.name in inside and each.args[:1] != ["="] for each in directive.block)
