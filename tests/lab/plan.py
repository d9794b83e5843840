"""Everything about a recording that its seed decides."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.lab import chance, habits
from tests.lab.spec import Pool, Rule, Server, Spec
from tests.lab.themes import THEMES, Theme, mean_cost

if TYPE_CHECKING:
    from collections.abc import Callable

NGINX_LAYOUTS = ("quoted", "bare", "json", "json_nested", "ingress", "logfmt")
HAPROXY_LAYOUTS = ("raw", "rfc3164", "iso")
APP_STYLES = ("ecs", "json", "pino", "logfmt", "python", "python_offset")
DB_LAYOUTS = ("stderr", "stderr_long", "stderr_user", "stderr_epoch", "csvlog", "jsonlog")


@dataclass
class Plan:
    """The choices of one recording."""

    fault: str
    seed: int
    seconds: float
    rng: random.Random
    theme: Theme
    balancer: str
    servers: int
    rate: float
    workers: int
    headroom: float
    onset_s: float
    end_s: float | None
    ids: bool
    lb_layout: str
    app_style: str
    db_layout: str
    zones: dict[str, str]
    database: str  # noisy, calm or absent
    shown: str  # which configuration is handed over: current, before or after
    side: bool = False
    background: float = 0.0
    sql_comment: bool = False
    health_db: bool = False
    hurried: bool = False  # past the queue's limit connections are dropped, not answered
    attentive: bool = False  # a request whose client has gone isn't worked on any more
    persistent: bool = True
    gateway: float = 0.0  # the share of requests that come through one address
    skew_s: dict[str, float] = field(default_factory=dict)
    engine: str = "postgresql"  # or mariadb
    statement_ms: int = 250
    statements_logged: bool = False  # surely, as the database is to blame
    hard: bool = False  # statements that are slow work instead of sleeping
    item_rows: int = 0  # that nobody asks for
    archive_rows: int = 20_000
    indexed: bool = True  # whether what is searched has an index from the start
    speeds: list[float] = field(default_factory=list)
    redispatch: bool = True
    retry: bool = False
    name: str = ""
    shift: int = 0  # another block of addresses for the same seed
    patience_s: float = 2.0  # how long the last request in the queue would wait
    scanner: bool = False
    ramp_s: float = 0.0  # how long a fault takes to reach its full strength, where it can
    again: tuple[float, float] | None = None  # a second episode
    without: str = ""  # what nobody collected, with commas
    weak: bool = False  # so little that it is hard to see
    cut_s: float = 0.0  # the evidence begins so late, when the fault is already there
    second: str = ""  # another fault at the same time
    passive: str = ""  # what hides a bad instance: retry, eject or check
    habits: list[habits.Habit] = field(default_factory=list)
    algorithm: str = "roundrobin"
    weighted: bool = False  # weights follow the machines' speeds
    spares: int = 0
    generous: bool = False  # limits that nobody reaches
    max_fails: int = 0
    favourite: float = 0.0  # the share of requests for one page
    coarse: bool = False  # the applications' stamps are whole seconds
    version: str = ""
    next_version: str = ""
    later_version: str = ""
    version_words: str = ""
    extra_health: dict[str, list[str]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.name or f"{self.fault}-{self.seed}"

    @property
    def db_format(self) -> str:
        """The layout of the database's log; MariaDB has only one."""
        return "mariadb" if self.engine == "mariadb" else self.db_layout

    @property
    def block(self) -> int:
        """The second octet: concurrent recordings stay out of each other's way."""
        return 20 + (self.seed + self.shift) % 200

    @property
    def mean_s(self) -> float:
        """The service time at which a server can do `headroom` times its fair share."""
        return self.workers * self.servers / (self.headroom * self.rate * (1 - self.side_share))

    @property
    def queue_max(self) -> int:
        return max(8, round(self.patience_s * self.workers / self.mean_s))

    @property
    def side_share(self) -> float:
        return 0.15 if self.side else 0.0

    @property
    def unit_s(self) -> float:
        return self.mean_s / mean_cost(self.theme.routes)

    def address(self, third: int, fourth: int) -> str:
        return f"127.{self.block}.{third}.{fourth}"


@dataclass(frozen=True)
class Terms:
    """What a fault asks of the plan: the balancers that can have it, and other conditions."""

    balancers: tuple[str, ...] = ("nginx", "haproxy")
    adjust: Callable[[Plan], None] = lambda _plan: None
    plain: bool = False  # the fault is about shares, so they are equal without it


def make_plan(fault: str, seed: int, seconds: float, terms: Terms) -> Plan:
    """The plan that belongs to a fault and a seed, always the same one."""
    rng = random.Random(f"{fault}/{seed}")
    onset, end = chance.moments(rng, seconds)
    balancer = rng.choice(terms.balancers)
    ids = rng.random() < 0.5
    plan = Plan(
        fault=fault,
        seed=seed,
        seconds=seconds,
        rng=rng,
        theme=rng.choice(THEMES),
        balancer=balancer,
        servers=rng.choice((3, 4, 4, 5, 6)),
        rate=rng.uniform(36, 42) if ids else rng.uniform(40, 58),
        workers=rng.choice((2, 2, 3, 4)),
        headroom=rng.uniform(1.65, 2.0),
        onset_s=onset,
        end_s=end,
        ids=ids,
        lb_layout=rng.choice(NGINX_LAYOUTS if balancer == "nginx" else HAPROXY_LAYOUTS),
        app_style=rng.choice(APP_STYLES),
        db_layout=rng.choice(DB_LAYOUTS),
        zones=chance.zones(rng),
        database=rng.choices(("noisy", "calm", "absent"), (5, 4, 1))[0],
        shown=rng.choices(("current", "before", "after"), (60, 20, 20))[0],
    )
    chance.trimmings(plan)
    chance.engine(plan)
    chance.gaps(plan)
    chance.course(plan)
    headroom = plan.headroom
    chance.customs(plan)
    if terms.plain:
        plan.headroom = headroom
        plan.algorithm, plan.spares, plan.weighted, plan.speeds = "roundrobin", 0, False, []
    habits.name_versions(plan)
    terms.adjust(plan)
    plan.habits = habits.draw(plan)
    return plan


def base_spec(plan: Plan) -> Spec:
    """The configuration with which the recording starts."""
    rng, theme = plan.rng, plan.theme
    port = rng.choice((8000, 8080, 9090, 7070))
    check = rng.choice(("/health", "/healthz", "/up"))
    main = Pool(theme.pool, _servers(plan, port), algorithm=plan.algorithm, check_path=check)
    pools, rules = [main], []
    if plan.side:
        side = [Server(f"{theme.side_stem}-{n}", plan.address(2, 20 + n), 8100) for n in (1, 2)]
        pools.append(Pool(theme.side_pool, side, check_path=check))
        rules.append(Rule(side_prefix(theme), theme.side_pool))
    spec = Spec(
        address=plan.address(0, 10),
        port=8088,
        host=theme.host,
        pools=pools,
        rules=rules,
        read_timeout_ms=rng.choice((1500, 2000, 2500, 3000)),
        retry=plan.retry,
        max_fails=plan.max_fails,
        keepalive=rng.random() < 0.7,
    )
    if plan.generous:
        _limits(plan, spec)
    return spec


def _servers(plan: Plan, port: int) -> list[Server]:
    servers = [
        Server(f"{plan.theme.stem}-{n + 1}", plan.address(1, 11 + n), port)
        for n in range(plan.servers + plan.spares)
    ]
    if plan.weighted:
        for server, speed in zip(servers, plan.speeds, strict=True):
            server.weight = round(speed * 4)
    for spare in servers[plan.servers :]:
        spare.backup = True
    return servers


def _limits(plan: Plan, spec: Spec) -> None:
    """Limits far above what is needed even when things go badly."""
    rng = random.Random(f"limits/{plan.seed}")
    spec.limit_status = rng.choice((429, 503))
    spec.limit_per_s = rng.choice((600, 1000))
    spec.limit_burst = 200
    if rng.random() < 0.5:
        spec.limit_conn = 800
    if rng.random() < 0.5:
        for server in spec.main.servers:
            server.maxconn = 400


def side_prefix(theme: Theme) -> str:
    """The first segment of every path that belongs to the side pool."""
    return "/" + theme.side_routes[0].template.split("/")[1]
