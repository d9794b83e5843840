"""What a balancer is told to do, apart from the syntax of nginx or HAProxy."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field


@dataclass
class Server:
    """A member of a pool."""

    name: str
    address: str
    port: int
    weight: int | None = None
    backup: bool = False
    down: bool = False
    maxconn: int | None = None
    check: bool = True

    @property
    def endpoint(self) -> str:
        return f"{self.address}:{self.port}"

    def forms(self) -> list[str]:
        """Every way in which evidence may name this server."""
        return [self.name, self.address, self.endpoint]


@dataclass
class Pool:
    """Servers that share requests."""

    name: str
    servers: list[Server]
    algorithm: str = "roundrobin"  # roundrobin, leastconn, source, hash, uri, cookie, first
    check_path: str = "/health"

    def forms(self) -> list[str]:
        return [self.name, *(form for server in self.servers for form in server.forms())]

    def active(self) -> list[Server]:
        """The servers that work while all is well."""
        return [server for server in self.servers if not server.backup]

    def server(self, name: str) -> Server:
        return next(server for server in self.servers if server.name == name)


@dataclass
class Rule:
    """Requests under a prefix go to a pool, perhaps with the prefix replaced."""

    prefix: str
    pool: str
    replace: str | None = None
    read_timeout_ms: int | None = None


@dataclass
class Spec:
    """The whole configuration."""

    address: str
    port: int
    host: str
    pools: list[Pool]
    rules: list[Rule] = field(default_factory=list)
    read_timeout_ms: int = 2500
    queue_timeout_ms: int = 2000
    client_timeout_s: int = 20
    retry: bool = False
    retry_errors: bool = False  # an answer of the kind 5xx is tried again elsewhere, unless POST
    keepalive: bool = True
    max_fails: int | None = 0
    fail_timeout_s: int = 10
    observe: bool = False  # HAProxy takes a server out that answers errors, until checks succeed
    limit_per_s: int | None = None
    limit_burst: int = 4
    limit_conn: int | None = None
    limit_status: int = 503
    worker_connections: int = 4096
    comment: str = ""
    root_replace: str | None = None  # what "/" of the main pool is rewritten to

    @property
    def main(self) -> Pool:
        return self.pools[0]

    def changed(self) -> Spec:
        """A copy that may be altered while this one stays what it was."""
        return copy.deepcopy(self)
