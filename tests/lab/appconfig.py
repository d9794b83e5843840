"""What an application process is told when it starts."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class AppRoute:
    """A route with its service time and its statement."""

    method: str
    template: str
    seconds: float
    sql: str | None


@dataclass
class AppConfig:
    """One instance of the application."""

    name: str
    service: str
    address: str
    port: int
    routes: list[AppRoute]
    workers: int
    queue_max: int
    hurried: bool
    attentive: bool
    dsn: str
    pool_size: int
    persistent: bool
    log: str
    received: str
    style: str
    skew_s: float
    coarse: bool
    ids: bool
    sql_comment: bool
    health: list[str]
    health_db: bool
    background: float
    version: str
    speed: float
    seed: str

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)))


def load_config(path: Path) -> AppConfig:
    """Read what `save` wrote."""
    raw = json.loads(path.read_text())
    routes = [AppRoute(**route) for route in raw.pop("routes")]
    return AppConfig(routes=routes, **raw)
