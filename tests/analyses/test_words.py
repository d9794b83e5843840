"""What is said in words, by kind: lines as real programs write them, and others that look alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from logsleuth.analyses import database
from tests.analyses.traffic_builder import Scene, opened, window

if TYPE_CHECKING:
    from logsleuth.analyses.database import Words

# A role, what it says, and the kind that this is.
SAID: Final = (
    ("database", "sorry, too many clients already", "no-connections"),
    ("database", "remaining connection slots are reserved for roles with the SUPERUSER attribute",
     "no-connections"),
    ("database", "Too many connections", "no-connections"),
    ("application", "psycopg.OperationalError: connection failed: FATAL:  sorry, too many clients"
     " already", "no-connections"),
    ("application", "pgbouncer: no more connections allowed (max_client_conn)", "no-connections"),
    ("database", "deadlock detected", "deadlocks"),
    ("database", "process 6214 still waiting for ShareLock on transaction 896 after 1000.123 ms",
     "locks"),
    ("database", "canceling statement due to lock timeout", "locks"),
    ("database", "Deadlock found when trying to get lock; try restarting transaction", "deadlocks"),
    ("application", "psycopg.errors.DeadlockDetected: deadlock detected", "deadlocks"),
    ("application", "(1205, 'Lock wait timeout exceeded; try restarting transaction')", "locks"),
    ("database", "canceling statement due to statement timeout", "statement-timeout"),
    ("application", "psycopg.errors.QueryCanceled: canceling statement due to statement timeout",
     "statement-timeout"),
    ("application", "(3024, 'Query execution was interrupted, maximum statement execution time"
     " exceeded')", "statement-timeout"),
    ("database", "received fast shutdown request", "database-down"),
    ("database", "database system is shut down", "database-down"),
    ("database", "terminating connection due to administrator command", "database-down"),
    ("database", "terminating connection due to unexpected postmaster exit", "database-down"),
    ("database", "server process (PID 4242) was terminated by signal 9: Killed", "database-down"),
    ("database", "database system was interrupted; last known up at 2026-03-01 10:00:00 UTC",
     "database-down"),
    ("database", "the database system is starting up", "database-down"),
    ("database", "/usr/sbin/mysqld: Shutdown complete (mysqld 8.4.3)", "database-down"),
    ("database", "mysqld: Normal shutdown", "database-down"),
    ("database", "database system is ready to accept connections", "database-up"),
    ("database", "starting PostgreSQL 17.2 on x86_64-pc-linux-gnu, 64-bit", "database-up"),
    ("database", "mysqld: ready for connections. Version: '8.4.3'  port: 3306", "database-up"),
    ("application", "psycopg.OperationalError: connection failed: connection to server at"
     ' "10.0.3.5", port 5432 failed: Connection refused', "database-unreachable"),
    ("application", "server closed the connection unexpectedly", "database-unreachable"),
    ("application", "FATAL:  the database system is shutting down", "database-unreachable"),
    ("application", "(2003, \"Can't connect to MySQL server on '10.0.3.5' (111)\")",
     "database-unreachable"),
    ("application", "(2006, 'MySQL server has gone away')", "database-unreachable"),
    ("application", "Lost connection to MySQL server during query", "database-unreachable"),
    ("application", "asyncpg: connect call failed ('10.0.3.5', 5432)", "database-unreachable"),
    ("application", "dial tcp 10.0.3.5:5432: connect: connection refused", "database-unreachable"),
    ("application", "psycopg_pool.PoolTimeout: couldn't get a connection after 30.00 sec",
     "pool-exhausted"),
    ("application", "QueuePool limit of size 5 overflow 10 reached, connection timed out",
     "pool-exhausted"),
    ("application", "HikariPool-1 - timeout waiting for connection from pool", "pool-exhausted"),
    *(("database", text, "no-connections") for text in (
        "pooler error: no more connections allowed (max_client_conn)",
        "closing because: query_wait_timeout (age=120s)",
        "closing because: client_login_timeout (age=60s)",
        "too many connections for role \"shop\"",
        "User shop already has more than 'max_user_connections' active connections",
        "Connection refused because there are too many open connections",
        "connection refused because too many open connections: 819",
        "Error registering fd event for the new client: max number of clients reached",
        "Could not connect because the maximum number of '40' user connections has already been"
        " reached.",
    )),
    *(("database", text, "deadlocks") for text in (
        "Transactions deadlock detected, dumping detailed information.",
        "InnoDB: transactions deadlock detected, dumping detailed information.",
        "Transaction (Process ID 61) was deadlocked on lock resources with another process",
    )),
    *(("database", text, "locks") for text in (
        "could not obtain lock on row in relation \"carts\"",
        "Plan executor error during findAndModify\nWriteConflict error: this operation conflicted",
    )),
    ("application", "sqlite3.OperationalError: database is locked", "locks"),
    ("application", "ORA-00060: deadlock detected while waiting for resource", "deadlocks"),
    *(("database", text, "database-down") for text in (
        "Received SHUTDOWN from user root. Shutting down mysqld (Version: 8.4.0).",
        "mysqld got signal 11 ;",
        "/usr/sbin/mariadbd (initiated by: root[root] @ localhost []): Normal shutdown",
        "Received SIGTERM scheduling shutdown...",
        "User requested shutdown...",
        "Redis is now ready to exit, bye bye...",
        "got signal 15 (Terminated), will terminate after current cmd ends",
        "Detected unclean shutdown - Lock file is not empty",
        "closing because: server conn crashed? (age=31s)",
        "server login has been failing, try again later (server_login_retry)",
        "Cluster health status changed from [YELLOW] to [RED] (reason: [shards failed]).",
        "SQL Server is terminating because of a system shutdown.",
    )),
    ("system", "Out of memory: Killed process 812 (mysqld) total-vm:4194304kB", "database-down"),
    ("system", "Stopped PostgreSQL Cluster 15-main.", "database-down"),
    ("system", "mariadb.service: Main process exited, code=killed, status=9/KILL",
     "database-down"),
    *(("database", text, "database-up") for text in (
        "Ready to accept connections tcp",
        "The server is now ready to accept connections on port 6379",
        "Waiting for connections",
        "SQL Server is now ready for client connections.",
        "/usr/sbin/mysqld (mysqld 8.4.0) starting as process 1",
        "process up: PgBouncer 1.22.0, libevent 2.1.12-stable (epoll)",
    )),
    ("database", "Operation exceeded time limit", "statement-timeout"),
    ("application", "com.mysql.cj.jdbc.exceptions.CommunicationsException: Communications link"
     " failure", "database-unreachable"),
    ("application", "HikariPool-1 - Connection is not available, request timed out after 30001ms.",
     "pool-exhausted"),
    ("balancer", "limiting requests, excess: 20.5 by zone \"api\"", "balancer-limit"),
    ("balancer", "1024 worker_connections are not enough", "balancer-limit"),
    ("balancer", "Proxy web reached process FD limit (maxconn=2000)", "balancer-limit"),
    ("balancer", "no live upstreams while connecting to upstream, client: 192.0.2.1",
     "no-live-upstreams"),
    ("balancer", "backend web has no server available!", "no-live-upstreams"),
    ("balancer", "connect() failed (111: Connection refused) while connecting to upstream",
     "upstream-refused"),
    ("balancer", "connect() failed (113: No route to host) while connecting to upstream",
     "upstream-refused"),
    ("balancer", "upstream timed out (110: Connection timed out) while reading response header",
     "upstream-timeout"),
    ("application", "all workers busy, backlog at 60: turning away /rides", "overload"),
    ("application", "queue is full, rejecting request", "overload"),
    ("application", "MemoryError", "resources"),
    ("application", "OSError: [Errno 24] Too many open files", "resources"),
    ("application", "write failed: No space left on device", "resources"),
)  # fmt: skip

# What somebody may say on a good day: no kind at all.
HARMLESS: Final = (
    ("database", "connection authorized: user=app database=shop"),
    ("database", "checkpoint complete: wrote 44 buffers (0.3%)"),
    ("database", 'parameter "lock_timeout" changed to "2s"'),
    ("database", "autovacuum launcher shutting down"),
    ("database", "automatic vacuum of table \"shop.public.clients\": index scans: 0"),
    ("database", "could not receive data from client: Connection reset by peer"),
    ("database", "closing because: client close request (age=0s)"),
    ("database", "stats: 12 xacts/s, 40 queries/s, in 3120 B/s, out 8041 B/s, xact 2810 us"),
    ("database", "Aborted connection 5 to db: 'shop' user: 'web' (Got timeout reading packets)"),
    ("database", "User Alice got signal 7000 times"),
    ("system", "Stopped Daily apt upgrade and clean activities."),
    ("system", "Out of memory: Killed process 4711 (chrome)"),
    ("application", "connect to redis at 10.0.4.1:6379 failed: Connection refused"),
    ("application", "payment provider closed the connection"),
    ("application", "signed in 17 clients"),
    ("application", "sold out: no space for another guest"),
    ("application", "statement for March was sent"),
    ("application", "closed database migration ticket"),
    ("balancer", "Server web/web-1 is UP, reason: Layer7 check passed, code: 200"),
    ("balancer", "client timed out (110: Connection timed out) reading client request body"),
)  # fmt: skip

# A good day says these, with words that a bad day has too.
EVERYDAY: Final = (
    ("application", "booked meeting room 12 for 3 guests"),
    ("application", "zoom level 4 of the map rendered"),
    ("application", "connection pool ready: 10 connections to shop"),
    ("application", "worker pool started with 8 workers"),
    ("application", "listening on 0.0.0.0:8080, backlog 128"),
    ("application", "rejecting coupon SPRING: it has expired"),
    ("application", "database connection closed after 300 s without use"),
    ("database", "terminating connection due to idle-in-transaction timeout"),
    ("database", "terminating connection due to idle-session timeout"),
    ("database", "terminating connection due to conflict with recovery"),
)
LINES: Final = (
    *((role, text) for role, text, _ in SAID),
    *HARMLESS,
    *EVERYDAY,
)


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    """The kind of every line, by who said it and what."""
    scene = Scene(1, 0)
    for number, (role, text) in enumerate(LINES):
        scene.say(role, 70.0, text, instance=f"{number}")
    with opened(scene, tmp_path_factory.mktemp("words")) as case:
        found = database.words(case, window(60.0))
    return {LINES[int(w.instance)]: w.kind for w in found}


@pytest.mark.parametrize(("role", "text", "kind"), SAID)
def test_what_programs_say_is_known_by_kind(
    kinds: dict[tuple[str, str], str], role: str, text: str, kind: str
) -> None:
    assert kinds.get((role, text)) == kind


@pytest.mark.parametrize(("role", "text"), HARMLESS)
def test_what_only_looks_alike_is_of_no_kind(
    kinds: dict[tuple[str, str], str], role: str, text: str
) -> None:
    assert (role, text) not in kinds


@pytest.mark.parametrize(("role", "text"), EVERYDAY)
def test_a_good_day_is_not_taken_for_trouble(
    kinds: dict[tuple[str, str], str], role: str, text: str
) -> None:
    assert kinds.get((role, text)) is None


def told(folder: Any, **lines: float) -> dict[str, Words]:
    """The words of instances that each say one thing at a time of their own."""
    scene = Scene(1, 0)
    for instance, at in lines.items():
        scene.say("application", at, "all workers busy", instance=instance)
    with opened(scene, folder) as case:
        return {w.instance: w for w in database.words(case, window(60.0, 90.0))}


def test_clocks_may_differ_by_some_seconds(tmp_path: Any) -> None:
    found = told(tmp_path, early=45.0, nearly=52.0, inside=70.0, late=98.0, after=110.0)
    during = {name: w.during for name, w in found.items()}
    assert during == {"early": 0, "nearly": 1, "inside": 1, "late": 1, "after": 0}
    assert {name: w.before for name, w in found.items() if w.before} == {"early": 1}
    assert found["early"].first is None
    assert found["inside"].event is not None
    assert found["inside"].message == "all workers busy"


def test_what_is_said_for_developers_only_is_left_out(tmp_path: Any) -> None:
    scene = Scene(1, 0)
    scene.say("application", 70.0, "deadlock detected", level="debug")
    scene.say("application", 71.0, "deadlock detected", level=None)
    with opened(scene, tmp_path) as case:
        [found] = database.words(case, window(60.0))
    assert found.during == 1
