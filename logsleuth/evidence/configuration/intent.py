"""What a balancer's configuration says it should do, whichever product wrote it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timeout:
    """A time limit as written: `scope` is the block it stands in ("defaults", "location /")."""

    name: str
    seconds: float
    line: int
    scope: str = ""
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit on connections, requests, queues, retries or sizes, its value as written."""

    name: str
    value: str
    line: int
    scope: str = ""
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Server:
    """One server of a pool as configured; None stands for "no limit" and "not said"."""

    name: str | None
    address: str
    weight: int = 1
    backup: bool = False
    down: bool = False
    checked: bool = False
    max_conns: int | None = None
    max_fails: int | None = None
    fail_timeout_s: float | None = None
    slow_start_s: float | None = None
    cookie: str | None = None
    line: int = 0
    file: str | None = None
    """The included file that its line is in, None for the one that was read."""

    @property
    def label(self) -> str:
        """The name the balancer's log calls it by: HAProxy its name, nginx its address."""
        return self.name or self.address


@dataclass(frozen=True, slots=True)
class Pool:
    """Servers that share requests, and how.

    `key` is what a hash or an affinity goes by. `affinity` is set when known clients return to
    their server whatever the algorithm says. `timeouts` and `limits` are those in effect here,
    inherited ones included. `all_backups` is False where only the first backup steps in.
    """

    name: str
    algorithm: str
    key: str | None
    servers: tuple[Server, ...]
    line: int
    limits: tuple[Limit, ...] = ()
    timeouts: tuple[Timeout, ...] = ()
    check: str | None = None
    affinity: str | None = None
    consistent: bool = False
    all_backups: bool = True

    def intended_shares(self) -> dict[str, float]:
        """Each eligible server's share of requests by weight, summing to 1; empty if none is.

        Backups count only when no other server is eligible. Source: nginx manual,
        ngx_http_upstream_module "server"; HAProxy manual, "weight", "backup" and "allbackups".
        """
        eligible = self._eligible()
        total = sum(server.weight for server in eligible)
        shares: dict[str, float] = {}
        for server in eligible:
            shares[server.label] = shares.get(server.label, 0.0) + server.weight / total
        return shares

    def _eligible(self) -> list[Server]:
        able = [server for server in self.servers if not server.down and server.weight > 0]
        primaries = [server for server in able if not server.backup]
        if primaries:
            return primaries
        return able if self.all_backups else able[:1]


@dataclass(frozen=True, slots=True)
class Route:
    """A rule that sends requests to a pool.

    `kind` is "prefix", "exact", "regex", "default" (everything else), "named" (nginx's `@name`)
    or "acl" (a condition not reducible to the path; `values` are then its words). A value of
    kind "regex" is for re.search; as written it is PCRE, so it may not compile. `host` holds the
    host names, space between.
    """

    matcher: str
    kind: str
    values: tuple[str, ...]
    pool: str
    rewrite: str | None
    line: int
    host: str | None = None
    file: str | None = None


@dataclass(frozen=True, slots=True)
class LogFormat:
    """A log format string; `name` is nginx's name for it, or the HAProxy section it stands in."""

    name: str
    text: str
    escape: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Frontend:
    """Where requests come in: an nginx `server`, a HAProxy `frontend` or `listen`."""

    name: str
    binds: tuple[str, ...]
    mode: str
    log_format: str | None
    line: int
    timeouts: tuple[Timeout, ...] = ()
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class BalancerConfiguration:
    """A whole file; `timeouts` and `limits` are all that it writes, in the order of its lines."""

    product: str
    pools: tuple[Pool, ...] = ()
    routes: tuple[Route, ...] = ()
    timeouts: tuple[Timeout, ...] = ()
    limits: tuple[Limit, ...] = ()
    log_formats: tuple[LogFormat, ...] = ()
    access_logs: tuple[tuple[str, str], ...] = ()
    frontends: tuple[Frontend, ...] = ()
    problems: tuple[str, ...] = ()

    def pool(self, name: str) -> Pool | None:
        """The pool of that name, if the file has it."""
        return next((pool for pool in self.pools if pool.name == name), None)
