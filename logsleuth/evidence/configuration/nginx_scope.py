"""Walks an nginx tree while keeping what each block inherits from those around it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from logsleuth.evidence.configuration.intent import Limit, Timeout
from logsleuth.evidence.configuration.units import names, nginx_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logsleuth.evidence.configuration.nginx_tree import Directive

_CONTAINERS = names("events http if limit_except location mail server stream upstream")
# Every block repeats what it inherits: bounded, so that a hostile file can't multiply.
_MOST = 64
_MOST_REWRITES = 20
LIMITS = names(
    "client_max_body_size keepalive keepalive_requests large_client_header_buffers limit_conn"
    " limit_conn_zone limit_rate limit_req limit_req_status limit_req_zone proxy_buffer_size"
    " proxy_buffers proxy_next_upstream proxy_next_upstream_tries queue worker_connections"
    " worker_processes worker_rlimit_nofile fastcgi_next_upstream fastcgi_next_upstream_tries"
    " grpc_next_upstream grpc_next_upstream_tries uwsgi_next_upstream uwsgi_next_upstream_tries"
    " scgi_next_upstream scgi_next_upstream_tries memcached_next_upstream"
    " memcached_next_upstream_tries"
)


@dataclass(frozen=True, slots=True)
class Scope:
    """A block's own directives laid over the inherited ones, and the blocks that led to it."""

    label: str = "main"
    blocks: tuple[Directive, ...] = ()
    settings: tuple[tuple[Directive, str], ...] = ()
    rewrites: tuple[str, ...] = ()
    host: str | None = None

    def block(self, name: str) -> Directive | None:
        """The innermost enclosing block of that name."""
        return next((block for block in reversed(self.blocks) if block.name == name), None)

    def inside(self, name: str) -> bool:
        """Whether a block of that name encloses this one, or is this one."""
        return self.block(name) is not None


def walk(block: list[Directive], scope: Scope) -> Iterator[tuple[Directive, Scope]]:
    """Every directive with the scope it stands in.

    Source: nginx development guide, "Configuration": a directive replaces the inherited ones of
    its name, wherever in the block it is written.
    """
    scope = settled(block, scope)
    for directive in block:
        yield directive, scope
        if directive.block is not None and directive.name in _CONTAINERS:
            yield from walk(directive.block, entered(directive, scope))


def timeout_of(directive: Directive, scope: str) -> Timeout | None:
    """The directive as a timeout, if it is one with a readable time."""
    if not is_timeout(directive):
        return None
    seconds = nginx_seconds(directive.args[0])
    if seconds is None:
        return None
    return Timeout(directive.name, seconds, directive.line, scope, directive.file)


def limit_of(directive: Directive, scope: str) -> Limit | None:
    """The directive as a limit, if it is one."""
    if directive.name not in LIMITS or directive.block is not None:
        return None
    return Limit(directive.name, " ".join(directive.args), directive.line, scope, directive.file)


def is_timeout(directive: Directive) -> bool:
    """Whether the directive sets a time after which nginx gives up."""
    return directive.name.endswith("_timeout") and bool(directive.args) and not directive.block


def settled(block: list[Directive], scope: Scope) -> Scope:
    """The scope with the block's own settings over those it inherits."""
    own = [(each, scope.label) for each in block if _is_setting(each)]
    names = {each.name for each, _ in own}
    inherited = [(each, label) for each, label in scope.settings if each.name not in names]
    rewrites = (f"{each.args[0]} => {' '.join(each.args[1:])}" for each in block if _rewrites(each))
    return replace(
        scope,
        settings=(*inherited, *own)[-_MOST:],
        rewrites=(*scope.rewrites, *rewrites)[:_MOST_REWRITES],
    )


def entered(directive: Directive, scope: Scope) -> Scope:
    """The scope of a block's inside, before its own settings."""
    host = scope.host
    if directive.name == "server":
        host = " ".join(server_names(directive)) or None
    label = label_of(directive)
    return replace(scope, label=label, blocks=(*scope.blocks, directive), host=host)


def _is_setting(directive: Directive) -> bool:
    # what holds for the process says nothing about a block
    inherited = directive.name in LIMITS and not directive.name.startswith("worker_")
    return inherited or is_timeout(directive) or directive.name == "access_log"


def _rewrites(directive: Directive) -> bool:
    # a redirect is answered by nginx itself and changes no request that a pool sees
    redirects = {"redirect", "permanent"}.intersection(directive.args[2:])
    return directive.name == "rewrite" and len(directive.args) > 1 and not redirects


def label_of(directive: Directive) -> str:
    """What a block is called: "http", "server www.example.com", "location /api/"."""
    words = directive.args
    if directive.name == "server":
        words = server_names(directive)[:1]
    return " ".join([directive.name, *words])


def server_names(server: Directive) -> list[str]:
    """The names a `server` block answers to, without nginx's catch-all "_"."""
    lines = [each.args for each in server.block or [] if each.name == "server_name"]
    return [name for names in lines for name in names if name not in {"_", ""}]
