"""Everything about a recording that its seed decides."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.lab.spec import Pool, Rule, Server, Spec
from tests.lab.themes import THEMES, Theme, mean_cost

if TYPE_CHECKING:
    from collections.abc import Callable

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Europe/Athens", "America/Sao_Paulo")
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
    shown: str  # which configuration is handed over: current, before, after or none
    side: bool = False
    background: float = 0.0
    sql_comment: bool = False
    health_db: bool = False
    hurried: bool = False  # past the queue's limit connections are dropped, not answered
    attentive: bool = False  # a request whose client has gone isn't worked on any more
    persistent: bool = True
    gateway: float = 0.0  # the share of requests that come through one address
    skew_s: dict[str, float] = field(default_factory=dict)
    statement_ms: int = 250
    speeds: list[float] = field(default_factory=list)
    redispatch: bool = True
    retry: bool = False
    name: str = ""
    shift: int = 0  # another block of addresses for the same seed
    patience_s: float = 2.0  # how long the last request in the queue would wait
    decoy: bool = False  # a harmless reload before anything happens
    scanner: bool = False
    ramp_s: float = 0.0  # how long a fault takes to reach its full strength, where it can
    again: tuple[float, float] | None = None  # a second episode
    without: str = ""  # a layer of which nobody collected the log
    extra_health: dict[str, list[str]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.name or f"{self.fault}-{self.seed}"

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


def _moments(rng: random.Random, seconds: float) -> tuple[float, float | None]:
    onset = seconds * rng.uniform(0.15, 0.8)
    onset = min(onset, seconds - max(seconds * 0.2, 10 if seconds > 30 else 4))
    room = seconds * 0.92 - onset
    shortest = max(seconds * 0.2, 12 if seconds > 30 else 3)
    if room < shortest or rng.random() < 0.45:
        return onset, None
    return onset, onset + rng.uniform(shortest, room)


def _zones(rng: random.Random) -> dict[str, str]:
    def zone(chance: float) -> str:
        return rng.choice(ZONES) if rng.random() < chance else "UTC"

    everywhere = zone(0.2)
    if everywhere != "UTC":
        return dict.fromkeys(("lb", "app", "db"), everywhere)
    return {"lb": zone(0.3), "app": zone(0.2), "db": zone(0.15)}


@dataclass(frozen=True)
class Terms:
    """What a fault asks of the plan: the balancers that can have it, and other conditions."""

    balancers: tuple[str, ...] = ("nginx", "haproxy")
    adjust: Callable[[Plan], None] = lambda _plan: None


def make_plan(fault: str, seed: int, seconds: float, terms: Terms) -> Plan:
    """The plan that belongs to a fault and a seed, always the same one."""
    rng = random.Random(f"{fault}/{seed}")
    onset, end = _moments(rng, seconds)
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
        zones=_zones(rng),
        database=rng.choices(("noisy", "calm", "absent"), (5, 4, 1))[0],
        shown=rng.choices(("current", "before", "none"), (65, 20, 15))[0],
    )
    _trimmings(plan)
    _gaps(plan)
    terms.adjust(plan)
    return plan


def _gaps(plan: Plan) -> None:
    """What wasn't collected, by a chance of its own that moves none of the others."""
    rng = random.Random(f"gaps/{plan.fault}/{plan.seed}")
    plan.without = rng.choices(("", "application", "errors"), (82, 8, 10))[0]
    if plan.shown == "current" and plan.end_s is not None and rng.random() < 0.2:
        plan.shown = "after"
    plan.ramp_s = rng.uniform(6, 12) if rng.random() < 0.2 and plan.seconds > 30 else 0.0
    if plan.end_s is not None and rng.random() < 0.3:
        start = plan.end_s + rng.uniform(9, 12)
        stop = start + rng.uniform(10, 14)
        plan.again = (start, stop) if stop < plan.seconds * 0.95 else None


def _trimmings(plan: Plan) -> None:
    rng = plan.rng
    plan.side = plan.servers <= 4 and rng.random() < 0.35
    plan.background = 0.003 if rng.random() < 0.2 else 0.0
    plan.sql_comment = plan.ids and rng.random() < 0.6
    plan.health_db = rng.random() < 0.3
    plan.retry = rng.random() < 0.3
    plan.redispatch = rng.random() < 0.6
    plan.patience_s = rng.choice((0.8, 1.5, 2.5, 4.0))
    plan.decoy = rng.random() < 0.2 and plan.onset_s > 12
    plan.scanner = rng.random() < 0.2
    plan.hurried = rng.random() < 0.3
    plan.statement_ms = rng.choice((200, 250, 300, 500))
    plan.attentive = rng.random() < 0.5
    if rng.random() < 0.1:
        plan.skew_s = {"app": round(rng.choice((-1, 1)) * rng.uniform(2, 8), 1)}


def base_spec(plan: Plan) -> Spec:
    """The configuration with which the recording starts."""
    rng, theme = plan.rng, plan.theme
    port = rng.choice((8000, 8080, 9090, 7070))
    servers = [
        Server(f"{theme.stem}-{n + 1}", plan.address(1, 11 + n), port) for n in range(plan.servers)
    ]
    check = rng.choice(("/health", "/healthz", "/up"))
    pools = [Pool(theme.pool, servers, check_path=check)]
    rules = []
    if plan.side:
        side = [Server(f"{theme.side_stem}-{n}", plan.address(2, 20 + n), 8100) for n in (1, 2)]
        pools.append(Pool(theme.side_pool, side, check_path=check))
        rules.append(Rule(side_prefix(theme), theme.side_pool))
    return Spec(
        address=plan.address(0, 10),
        port=8088,
        host=theme.host,
        pools=pools,
        rules=rules,
        read_timeout_ms=rng.choice((1500, 2000, 2500, 3000)),
        retry=plan.retry,
        keepalive=rng.random() < 0.7,
    )


def side_prefix(theme: Theme) -> str:
    """The first segment of every path that belongs to the side pool."""
    return "/" + theme.side_routes[0].template.split("/")[1]
