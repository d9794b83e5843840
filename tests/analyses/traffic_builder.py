"""Synthetic evidence: requests as columns that a test bends, lines that it adds, and their case."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import duckdb
import numpy as np
import pyarrow as pa

from logsleuth.analyses.facts import Calm, Facts, gather
from logsleuth.analyses.incident import Period, Window
from logsleuth.analyses.traffic import Traffic
from logsleuth.case.store import open_case, write_case

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from logsleuth.analyses.traffic import Array
    from logsleuth.case.store import Case

BEGIN: Final = datetime(2026, 3, 1, 10, tzinfo=UTC).timestamp()
FOUR: Final = ("web-1", "web-2", "web-3", "web-4")
ROUTES: Final = ("/home", "/cart", "/search", "/item")

_STAMPS: Final = {"haproxy": "start", "nginx-access": "end"}
_TEXTS: Final = ("server", "first", "pool", "route", "client", "servers", "statuses", "took")


class Scene:
    """Requests of a balancer in order of their start, healthy until a test spoils some.

    Every column is an array that may be written to through the flags that `between`, `on` and
    `of` give. Times in arguments are seconds after the scene's begin.
    """

    def __init__(
        self,
        seconds: float = 120.0,
        rate: float = 25.0,
        *,
        servers: Sequence[str] = FOUR,
        routes: Sequence[str] = ROUTES,
        pool: str = "web",
        clients: int = 40,
        median_s: float = 0.05,
        product: str = "haproxy",
        seed: int = 1,
    ) -> None:
        """Spread requests evenly over servers and routes, with log-normal times."""
        self.rng = np.random.default_rng(seed)
        self.seconds, self.product, self.resolution_s = seconds, product, 0.001
        n = round(seconds * rate)
        self.started: Array = BEGIN + np.sort(self.rng.uniform(0.0, seconds, n))
        self.duration_s: Array = median_s * self.rng.lognormal(0.0, 0.35, n)
        self.status: Array = np.full(n, 200)
        self.retried: Array = np.zeros(n, dtype=bool)
        self.queue_s: Array = np.full(n, np.nan)
        self.redispatched: Array = np.zeros(n, dtype=bool)
        self.termination: Array = np.full(n, "----", dtype=object)
        self.server: Array = np.array(servers, dtype=object)[np.arange(n) % len(servers)]
        self.route: Array = np.array(routes, dtype=object)[self.rng.integers(0, len(routes), n)]
        self.client: Array = np.array([f"192.0.2.{i}" for i in range(clients)], dtype=object)[
            self.rng.integers(0, clients, n)
        ]
        self.pool: Array = np.full(n, pool, dtype=object)
        self.first: Array = self.server.copy()
        self.servers: Array = np.full(n, None, dtype=object)
        self.statuses: Array = np.full(n, None, dtype=object)
        self.took: Array = np.full(n, None, dtype=object)
        self.lines: list[dict[str, Any]] = []
        self.database = "postgresql"
        self.configured: list[dict[str, Any]] = []
        self.sent: list[dict[str, Any]] = []

    def __len__(self) -> int:
        """Return the number of requests."""
        return len(self.started)

    # Which requests.

    def between(self, low: float, high: float = np.inf) -> Array:
        """Flag the requests that began in [low, high)."""
        at = self.started - BEGIN
        flags: Array = (at >= low) & (at < high)
        return flags

    def on(self, *servers: str) -> Array:
        """Flag the requests that were given to one of the servers first."""
        return np.isin(self.first.astype(str), servers)

    def of(self, *routes: str) -> Array:
        """Flag the requests for one of the routes."""
        return np.isin(self.route.astype(str), routes)

    def part(self, flags: Array, share: float) -> Array:
        """Flag a random share of the flagged requests."""
        chosen: Array = flags & (self.rng.uniform(size=len(self)) < share)
        return chosen

    # What becomes of them.

    def drop(self, flags: Array) -> None:
        """Leave out some requests, so that others are the more."""
        n = len(self)
        for name, column in vars(self).items():
            if isinstance(column, np.ndarray) and len(column) == n:
                setattr(self, name, column[~flags])

    def fail(self, flags: Array, status: int = 502, took: float | None = None) -> None:
        """Let requests end with a status, after a time if one is given."""
        self.status[flags] = status
        if took is not None:
            self.duration_s[flags] = took * self.rng.uniform(0.8, 1.2, int(flags.sum()))

    def slow(self, flags: Array, times: float = 10.0) -> None:
        """Let requests take so many times as long."""
        self.duration_s[flags] *= times

    def give(self, flags: Array, weights: Mapping[str, float]) -> None:
        """Let the balancer choose the servers of requests anew, by weight and at random."""
        names = np.array(list(weights), dtype=object)
        shares = np.array(list(weights.values())) / sum(weights.values())
        chosen = names[self.rng.choice(len(names), int(flags.sum()), p=shares)]
        self.server[flags], self.first[flags] = chosen, chosen

    def retry(self, flags: Array, on: str, status: int = 502) -> None:
        """Let first attempts fail at once and another server answer, as nginx logs it."""
        for i in np.flatnonzero(flags).tolist():
            self.servers[i] = f"{self.first[i]}, {on}"
            self.statuses[i] = f"{status}, {self.status[i]}"
            self.took[i] = f"0.001, {self.duration_s[i]:.3f}"
        self.retried[flags] = True
        self.server[flags] = on

    def redispatch(self, flags: Array, on: str) -> None:
        """Let another server answer after the first failed, which HAProxy then doesn't name."""
        self.retried[flags] = self.redispatched[flags] = True
        self.server[flags] = self.first[flags] = on

    def unreachable(self, flags: Array) -> None:
        """Let requests find nobody listening, as HAProxy logs it."""
        self.fail(flags, 503, 0.003)
        self.termination[flags] = "SC--"

    # What is said beside the requests.

    def say(self, role: str, at: float, message: str, **fields: object) -> None:
        """Add a line in words; `level` is error unless given."""
        self.lines.append(
            {"role": role, "said_at": at, "message": message, "level": "error", **fields}
        )

    def statement(self, at: float, text: str, took: float, **fields: object) -> None:
        """Add a statement that the database timed; `at` is when it began."""
        said = f"duration: {1000 * took:.3f} ms  statement: {text}"
        self.say("database", at + took, said, level="info", statement=text, duration_s=took,
                 **fields)  # fmt: skip

    def checkpoints(self, every: float = 15.0) -> None:
        """Let the database say that it lives."""
        for at in np.arange(1.0, self.seconds, every).tolist():
            self.say("database", at, "checkpoint starting: time", level="info")

    def applications(self, most_s: float = np.inf) -> None:
        """Let every instance tell of each request that reached it, and of its database time."""
        answered = ~np.isin(self.termination.astype(str), ("SC--", "sQ--")) & (self.server != "")
        for i in np.flatnonzero(answered).tolist():
            took = float(self.duration_s[i])
            self.lines.append(
                {
                    "role": "application", "said_at": float(self.started[i]) - BEGIN + took,
                    "client": self.client[i],
                    "instance": self.server[i], "route": self.route[i], "method": "GET",
                    "status": int(self.status[i]), "duration_s": took,
                    "database_s": min(0.4 * took, most_s), "level": "info",
                }
            )  # fmt: skip

    def configure(
        self, weights: Mapping[str, int], algorithm: str = "round-robin", pool: str = "web",
        **fields: object,
    ) -> None:  # fmt: skip
        """Add a configuration; `addresses` gives those that aren't the server's name on 8080."""
        addresses = fields.pop("addresses", {})
        backup, down = fields.pop("backup", ()), fields.pop("down", ())
        assert isinstance(addresses, dict)
        assert isinstance(backup, tuple)
        assert isinstance(down, tuple)
        eligible = {s: w for s, w in weights.items() if s not in backup and s not in down}
        for line, (server, weight) in enumerate(weights.items(), 1):
            self.configured.append(
                {
                    "path": "lb.cfg", "product": "haproxy", "pool": pool, "algorithm": algorithm,
                    "name": server, "address": addresses.get(server, f"{server}:8080"),
                    "weight": weight, "backup": server in backup, "down": server in down,
                    "checked": True, "line": line,
                    "share": eligible.get(server, 0) / sum(eligible.values()), **fields,
                }
            )  # fmt: skip

    def send(self, prefix: str, pool: str, line: int = 47) -> None:
        """Add a line of the configuration that sends a prefix to a pool."""
        self.sent.append(
            {
                "path": "lb.cfg", "product": "nginx", "matcher": f"location {prefix}",
                "kind": "prefix", "value": prefix, "pool": pool, "rewrite": None, "line": line,
            }
        )  # fmt: skip

    # What becomes of it all.

    def traffic(self) -> Traffic:
        """Return the requests as the analyses have them, without a case."""
        pools, pool = _coded(self.pool)
        servers, both = _coded(np.concatenate([self.server, self.first]))
        routes, route = _coded(self.route)
        clients, client = _coded(self.client)
        n = len(self)
        columns: dict[str, Any] = {
            "started": self.started, "duration_s": self.duration_s, "status": self.status,
            "queue_s": self.queue_s,
            "failed": self.status >= 500,
            "refused": (self.status >= 400) & (self.status < 499), "aborted": self.status == 499,
            "retried": self.retried, "redispatched": self.redispatched,
            "unconnected": self.termination == "SC--",
            "turned_away": self.termination == "sQ--", "pool": pool, "server": both[:n],
            "first_server": both[n:], "route": route, "client": client, "pools": pools,
            "servers": servers, "routes": routes, "clients": clients,
        }  # fmt: skip
        for unknown in {f.name for f in fields(Traffic)} - set(columns):
            columns[unknown] = np.full(n, np.nan)
        return Traffic(**columns)

    def write(self, path: Path) -> None:
        """Write a case that holds the requests and the lines."""
        with _opened_empty(path) as connection:
            sources = list(self._sources())
            if self.configured:
                connection.register("_configured", pa.Table.from_pylist(self.configured))
                connection.execute(
                    "insert into configured_servers by name select * from _configured"
                )
                connection.execute(
                    "insert into aliases select address, address, pool, 'configuration'"
                    " from configured_servers"
                )
            if self.sent:
                connection.register("_sent", pa.Table.from_pylist(self.sent))
                connection.execute("insert into configured_routes by name select * from _sent")
            for number, (source, table) in enumerate(sources, 1):
                connection.register("_rows", table)
                connection.execute(
                    "insert into other_records by name"
                    " select $id as source_id, row_number() over () as line,"
                    " 100 * row_number() over () as byte_offset, 99 as byte_length,"
                    f" * exclude (said_at), {_at('said_at')} as ts from _rows",
                    {"id": number},
                )
                connection.execute(
                    "insert into sources by name select $id as source_id, $path as path,"
                    " $sha256 as sha256, 9 as bytes, $format as format, $role as role,"
                    " $stamps as stamps, $step as resolution_s, 'stated' as zone, $n as lines,"
                    " $n as events, 0 as continuation, 0 as rejected, 0 as blank,"
                    f" {_at('min(said_at)')} as since, {_at('max(said_at)')} as until from _rows",
                    {
                        "id": number, "n": table.num_rows, "step": self.resolution_s,
                        "sha256": hashlib.sha256(str(source["path"]).encode()).hexdigest(),
                        **source,
                    },
                )  # fmt: skip

    def _sources(self) -> Iterator[tuple[dict[str, str | None], Any]]:
        if len(self):
            stamps = _STAMPS[self.product]
            yield _source("lb.log", self.product, "balancer", stamps), self._requests(stamps)
        kinds = {"balancer": "haproxy", "application": "json-lines", "database": self.database}
        for role in sorted({line["role"] for line in self.lines}):
            said = sorted(
                (
                    {**line, "said_at": BEGIN + line["said_at"]}
                    for line in self.lines
                    if line["role"] == role
                ),
                key=lambda line: float(line["said_at"]),
            )
            keys = sorted({key for line in said for key in line} - {"role"})
            table = pa.table({key: [line.get(key) for line in said] for key in keys})
            yield _source(f"{role}.log", kinds.get(role, "deploys"), role, "end"), table

    def _requests(self, stamps: str) -> Any:
        at = self.started + (self.duration_s if stamps == "end" else 0.0)
        text = {name: getattr(self, name).tolist() for name in _TEXTS}
        columns: dict[str, Any] = {
            "said_at": np.floor(at / self.resolution_s) * self.resolution_s,
            "duration_s": np.round(self.duration_s, 3), "status": self.status,
            "server": [s or None for s in text["server"]],
            "pool": [p or None for p in text["pool"]], "path": text["route"],
            "method": ["GET"] * len(self), "client": text["client"],
            "servers": text["servers"], "upstream_statuses": text["statuses"],
            "response_times": text["took"],
        }  # fmt: skip
        if self.product == "haproxy":
            columns |= {
                "termination": self.termination.tolist(),
                "retries": self.redispatched.astype(int).tolist(),
                "redispatched": self.redispatched.tolist(),
                "queue_s": [None if np.isnan(q) else q for q in self.queue_s.tolist()],
            }
        return pa.table({k: v for k, v in columns.items() if _known(v)})


@cache
def _empty() -> bytes:
    """A case without rows: making its tables takes longer than filling them."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "case.duckdb"
        with write_case(path):
            pass
        return path.read_bytes()


@contextmanager
def _opened_empty(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    path.write_bytes(_empty())
    with duckdb.connect(path, config={"threads": 1}) as connection:
        connection.execute("set timezone = 'UTC'")
        # Each statement by itself would be written to the disk twice, which takes as long again.
        connection.begin()
        yield connection
        connection.commit()


def _at(seconds: str) -> str:
    """The SQL of a time, to the millisecond, from seconds since 1970."""
    return f"make_timestamp((round({seconds} * 1000) * 1000)::bigint)"


def _source(path: str, kind: str, role: str, stamps: str) -> dict[str, str | None]:
    return {"path": path, "format": kind, "role": role, "stamps": stamps}


def _known(values: Any) -> bool:
    return not isinstance(values, list) or any(value is not None for value in values)


def _coded(texts: Array) -> tuple[tuple[str, ...], Array]:
    names, codes = np.unique(texts.astype(str), return_inverse=True)
    return tuple(names.tolist()), codes


def window(onset: float, ended: float | None = None, *, until: float = 120.0) -> Window:
    """Return a window as `incident.find` does; times are seconds after the scene's begin."""
    at = BEGIN + onset
    stop = None if ended is None else BEGIN + ended
    return Window(
        measure="failures", measures=frozenset({"failures"}), onset=at, earliest=at, latest=at,
        ended=stop, llr=100.0, until=BEGIN + until, baseline=Period(BEGIN, at),
    )  # fmt: skip


@contextmanager
def opened(scene: Scene, folder: Path) -> Iterator[Case]:
    """Write a scene into a case and open that."""
    path = folder / "case.duckdb"
    scene.write(path)
    with open_case(path) as case:
        yield case


def facts_of(case: Case) -> Facts:
    """Gather the facts of a case that has an incident."""
    facts = gather(case)
    assert not isinstance(facts, Calm), "the scene has no incident"
    return facts
