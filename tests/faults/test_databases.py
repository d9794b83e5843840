"""The faults of databases, told by the logs of others than PostgreSQL."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest

from logsleuth.case.ingest import ingest
from logsleuth.case.store import open_case
from logsleuth.formats import spec
from logsleuth.investigation import investigate
from tests.analyses.traffic_builder import BEGIN, Scene

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

SERVERS: Final = tuple(f"10.0.0.{n}:8080" for n in (1, 2, 3))
ONSET, SECONDS = 240.0, 480.0


def stamp(at: float, text: str) -> str:
    return datetime.fromtimestamp(BEGIN + at, UTC).strftime(text)


def moments(low: float, step: float) -> list[float]:
    return np.arange(low, SECONDS - 2, step).tolist()


def mysql_slow(at: float, took: float, waited: float, statement: str) -> str:
    return (
        f"# Time: {stamp(at + took, '%Y-%m-%dT%H:%M:%S.%fZ')}\n"
        "# User@Host: shop[shop] @  [10.0.1.1]  Id:    71\n"
        f"# Query_time: {took:.6f}  Lock_time: {waited:.6f} Rows_sent: 1  Rows_examined: 4\n"
        f"SET timestamp={BEGIN + at:.0f};\n{statement};\n"
    )


def mongo(at: float, level: str, component: str, message: str, **attributes: object) -> str:
    when = {"$date": stamp(at, "%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+00:00"}
    head = {"t": when, "s": level, "c": component, "id": 51803, "ctx": "conn7"}
    return json.dumps({**head, "msg": message, "attr": attributes}) + "\n"


def mysql_error(at: float, level: str, message: str) -> str:
    stamped = stamp(at, "%Y-%m-%dT%H:%M:%S.%fZ")
    return f"{stamped} 71 [{level}] [MY-012468] [InnoDB] {message}\n"


def slow_in_mysql() -> list[str]:
    usual = [mysql_slow(t, 1.2, 0.0, f"select * from report where day = {t:.0f}")
             for t in moments(5, 40)]  # fmt: skip
    return usual + [
        mysql_slow(t, 2.4, 0.000090, f"SELECT * FROM `shop`.`orders` WHERE note LIKE '%{t:.0f}%'")
        for t in moments(ONSET - 1, 0.5)
    ]


def slow_in_mongo() -> list[str]:
    usual = [
        mongo(t, "I", "NETWORK", "Connection ended", remote="10.0.1.1:3") for t in moments(5, 9)
    ]
    return usual + [
        mongo(t, "I", "COMMAND", "Slow query", ns="shop.orders",
              command={"find": "orders", "filter": {"note": str(t)}, "$db": "shop"},
              planSummary="COLLSCAN", durationMillis=2400)
        for t in moments(ONSET + 1, 0.5)
    ]  # fmt: skip


def slow_in_elasticsearch() -> list[str]:
    usual = [
        f"[{stamp(t, '%Y-%m-%dT%H:%M:%S,%f')[:-3]}][INFO ][o.e.c.m.Service] [node-1] "
        "[orders/VLKxBLvUSYuIMKzpacGjRg] update_mapping [_doc]\n"
        for t in moments(5, 9)
    ]
    return usual + [
        f"[{stamp(t, '%Y-%m-%dT%H:%M:%S,%f')[:-3]}][WARN ][index.search.slowlog.query] [node-1] "
        f"[orders][0] took[2.4s], took_millis[2400], total_hits[3 hits], types[], stats[], "
        f'search_type[QUERY_THEN_FETCH], total_shards[1], source[{{"term":{t:.0f}}}], id[], \n'
        for t in moments(ONSET + 1, 0.5)
    ]


def locks_in_mysql() -> list[str]:
    return [
        mysql_slow(t, 1.2 if t < ONSET else 3.0, 0.0001 if t < ONSET else 2.9,
                   f"update `stock` set n = n - 1 where id = {t:.0f}")
        for t in (*moments(5, 40)[:6], *moments(ONSET - 1, 0.5))
    ]  # fmt: skip


def deadlocks_in_mysql() -> list[str]:
    usual = [mysql_error(t, "Note", "page_cleaner: took long") for t in moments(5, 40)]
    return usual + [
        mysql_error(t, "Note", "Transactions deadlock detected, dumping detailed information.")
        + mysql_error(t, "Note", "*** (1) TRANSACTION:")
        + f"TRANSACTION {421 + t:.0f}, ACTIVE 6 sec starting index read\n"
        "MySQL thread id 8, OS thread handle 13, query id 24 10.0.1.1 shop updating\n"
        "UPDATE stock SET n = n - 1 WHERE id = 7\n"
        "RECORD LOCKS space id 2 page no 4 n bits 72 index PRIMARY of table `shop`.`stock`\n"
        for t in moments(ONSET + 1, 0.7)
    ]


def full_pgbouncer() -> list[str]:
    def line(at: float, level: str, text: str) -> str:
        return f"{stamp(at, '%Y-%m-%d %H:%M:%S.%f')[:-3]} UTC [9] {level} {text}\n"

    usual = [line(t, "LOG", "stats: 12 xacts/s, 40 queries/s, in 3120 B/s, out 8041 B/s, xact"
                  " 2810 us, query 530 us, wait 120 us") for t in moments(5, 60)]  # fmt: skip
    socket = "C-0x55d1c0a3e8b0: shop/web@10.0.1.1:42642"
    return usual + [
        line(t, "LOG", f"{socket} closing because: query_wait_timeout (age=2s)")
        for t in moments(ONSET + 0.5, 0.5)
    ]


def full_mongo() -> list[str]:
    usual = [
        mongo(t, "I", "NETWORK", "Connection ended", remote="10.0.1.1:3") for t in moments(5, 9)
    ]
    return usual + [
        mongo(t, "I", "NETWORK", "Connection refused because there are too many open connections",
              remote="10.0.1.1:4", connectionCount=820)
        for t in moments(ONSET + 0.5, 0.5)
    ]  # fmt: skip


def full_redis() -> list[str]:
    def line(at: float, mark: str, text: str) -> str:
        return f"4711:M {stamp(at, '%d %b %Y %H:%M:%S.%f')[:-3]} {mark} {text}\n"

    usual = [line(t, "*", "Background saving terminated with success") for t in moments(5, 60)]
    return usual + [
        line(t, "#", "Error registering fd event for the new client: max number of clients reached")
        for t in moments(ONSET + 0.5, 0.5)
    ]


def stopped_mysql() -> list[str]:
    usual = [mysql_error(t, "Note", "page_cleaner: took long") for t in moments(5, 40)[:6]]
    down = "Received SHUTDOWN from user root. Shutting down mysqld (Version: 8.4.0)."
    done = "/usr/sbin/mysqld: Shutdown complete (mysqld 8.4.0)."
    return [
        *usual,
        mysql_error(ONSET - 0.5, "System", down),
        mysql_error(ONSET, "System", done),
    ]


def evidence(folder: Path, lines: Sequence[str], says: str, took: float) -> None:
    """Eight minutes of a shop; from the fifth on every server fails a good part of its requests."""
    scene = Scene(SECONDS, 12, servers=SERVERS, pool="")
    harmed = scene.between(ONSET) & (scene.rng.uniform(size=len(scene)) < 0.5)
    scene.fail(harmed, 500, took)
    access, served = [], {server: [] for server in SERVERS}  # type: tuple[list[str], dict[str, list[str]]]
    for i in np.argsort(scene.started + scene.duration_s).tolist():
        spent, server = float(scene.duration_s[i]), str(scene.server[i])
        at, path, status = float(scene.started[i]) - BEGIN + spent, scene.route[i], scene.status[i]
        access.append(
            f"{scene.client[i]} - - [{stamp(at, '%d/%b/%Y:%H:%M:%S +0000')}] "
            f'"GET {path} HTTP/1.1" {status} 512 "-" "curl/8" upstream="{server}" '
            f'request_time="{spent:.3f}"\n'
        )
        record = {
            "ts": stamp(at, "%Y-%m-%dT%H:%M:%S.%fZ"), "level": "error" if harmed[i] else "info",
            "msg": says if harmed[i] else "served", "method": "GET", "path": path,
            "status": int(status), "duration_ms": 1000 * spent,
        }  # fmt: skip
        served[server].append(json.dumps(record) + "\n")
    (folder / "access.log").write_text("".join(access), encoding="utf-8")
    (folder / "database.log").write_text("".join(lines), encoding="utf-8")
    for number, server in enumerate(SERVERS, 1):
        (folder / f"app-{number}.log").write_text("".join(served[server]), encoding="utf-8")


TIMED_OUT: Final = "request failed: statement took too long"


@pytest.mark.parametrize(
    ("lines", "says", "took", "fault", "target"),
    [
        (slow_in_mysql, TIMED_OUT, 2.5, "slow-queries", "shop.orders"),
        (slow_in_mongo, TIMED_OUT, 2.5, "slow-queries", "shop.orders"),
        (slow_in_elasticsearch, TIMED_OUT, 2.5, "slow-queries", "orders"),
        (locks_in_mysql, TIMED_OUT, 3.1, "lock-contention", "stock"),
        (deadlocks_in_mysql, "(1213, 'Deadlock found when trying to get lock; try restarting"
         " transaction')", 1.5, "lock-contention", "stock"),
        (full_pgbouncer, "psycopg.OperationalError: query_wait_timeout", 2.0,
         "connection-exhaustion", None),
        (full_mongo, "MongoServerSelectionError: connection closed", 2.0,
         "connection-exhaustion", None),
        (full_redis, "redis.exceptions.ConnectionError: max number of clients reached", 0.02,
         "connection-exhaustion", None),
        (stopped_mysql, "(2003, \"Can't connect to MySQL server on '10.0.3.5' (111)\")", 0.02,
         "outage", "mysql"),
    ],
)  # fmt: skip
def test_the_fault_is_found_in_the_words_of_other_databases(
    lines: Callable[[], list[str]],
    says: str,
    took: float,
    fault: str,
    target: str | None,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "evidence"
    folder.mkdir()
    evidence(folder, lines(), says, took)
    ingest([str(folder)], tmp_path / "case.duckdb", spec.load(None))
    with open_case(tmp_path / "case.duckdb") as case:
        found = investigate(case)
    assert found.root_cause is not None
    assert (found.root_cause.component, found.root_cause.fault) == ("database", fault)
    assert target is None or found.root_cause.target == target
