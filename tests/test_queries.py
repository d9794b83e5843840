"""Every canned query keeps its promises, on an empty case and on one of known content."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from logsleuth.case import library, templates
from logsleuth.case.store import open_case, write_case
from logsleuth.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logsleuth.case.binding import Query
    from logsleuth.case.store import Case

ROOT = Path(__file__).parents[1]
QUERIES = library.load()
REQUEST_ID = "9f3a1c44d1e84b6fa0c2b1d3e5f60718"
REQUIRED = {"id": REQUEST_ID, "after": "2026-03-01T10:02:00Z", "moment": "2026-03-01T10:02:00Z"}
FORBIDDEN = (
    r"select \*", r"\bpivot\b", r"\bdate_diff\b", r"\bdayofweek\b", r"\bapprox_", r"\bhash\(",
    r"\bfirst\(", r"\blast\(", r"\bany_value\(", r"\blog\(", r"\busing sample\b", r"\bqualify\b",
    r"\brandom\(", r"\bnow\(", r"->",
)  # fmt: skip

ONE, TWO = "10.0.0.1:8080", "10.0.0.2:8080"

# Minute 10:00 is well, 10:01 is silent, and in 10:02 the first server answers 502. nginx and the
# application stamp the end of a request, HAProxy its start.
FILL = """
insert into sources by name
select id as source_id, format || '.log' as path, repeat(id::varchar, 64) as sha256, 9 as bytes,
    format, role, stamps, host, n + 3 as lines, n as events, 0 as continuation, 3 as rejected,
    0 as blank
from (values
    (1, 'nginx-access', 'balancer', 'end', null, 9), (2, 'haproxy', 'balancer', 'start', null, 4),
    (3, 'json-lines', 'application', 'end', 'app-1', 4),
    (4, 'postgresql', 'database', null, 'db', 10), (5, 'nginx-error', 'balancer', null, null, 4),
    (6, 'deploys', 'change', null, null, 1)
) as t (id, format, role, stamps, host, n);

create temporary table written as from records;

insert into written by name
select 1 as source_id, line, ('2026-03-01 10:' || clock)::timestamp as ts, 'GET' as method,
    '10.0.0.' || server || ':8080' as server, '192.0.2.' || client as client, path, status,
    upstream as upstream_status, took as duration_s, 0.4 as response_s,
    statuses as upstream_statuses,
    case when statuses is not null then '10.0.0.1:8080, 10.0.0.2:8080' end as servers,
    case when statuses is not null then '0.100, 0.004' end as response_times,
    case when line = 1 then '9f3a1c44d1e84b6fa0c2b1d3e5f60718'::uuid end as request_uuid
from (values
    (1, '00:10', 1, 1, '/cart/17', 200, 200, 9.0, null),
    (2, '00:20', 1, 1, '/cart/17', 200, 200, 0.5, null),
    (3, '00:30', 1, 2, '/cart/17', 200, 200, 0.5, null),
    (4, '00:40', 2, 3, '/home', 200, 200, 0.5, null),
    (5, '02:10', 2, 1, '/cart/17', 200, 200, 0.5, '502, 200'),
    (6, '02:20', 2, 1, '/cart/17', 502, 502, 0.5, '502, 502'),
    (7, '02:30', null, 1, '/cart/17', 502, null, 0.5, null),
    (8, '02:40', 2, 1, '/home', 499, null, 2.0, null),
    (9, '02:50', 2, 1, '/cart/17', 404, 404, 0.5, null)
) as t (line, clock, server, client, path, status, upstream, took, statuses);

insert into written by name
select 2 as source_id, line, ('2026-03-01 10:' || clock)::timestamp as ts, 'GET' as method,
    'api-' || server as server, 'api' as pool, '192.0.2.9' as client, '/v1/items/5' as path,
    status, 0.5 as duration_s, queue_s, termination, retries
from (values
    (1, '00:05', 1, 200, 0.0, '----', 0), (2, '02:05', 1, 200, 0.5, '----', 0),
    (3, '02:06', 2, 503, 1.0, 'SC--', 3), (4, '02:07', null, 503, 5.0, 'sQ--', 0)
) as t (line, clock, server, status, queue_s, termination, retries);

insert into written by name
select 3 as source_id, line, ('2026-03-01 10:' || clock)::timestamp as ts, level, message, status,
    case when status is not null then '/cart/17' end as path, took as duration_s,
    waited as database_s, release,
    case when line = 1 then '9f3a1c44d1e84b6fa0c2b1d3e5f60718'::uuid end as request_uuid
from (values
    (1, '00:09.9', 'info', null, 200, 8.0, 7.0, 'r1'),
    (2, '02:11', 'info', null, 500, 1.0, null, 'r2'),
    (3, '02:12', 'error', e'cart 17 lost\\n  File "a.py", line 4', null, null, null, null),
    (4, '02:13', 'error', e'cart 4711 lost\\n  File "b.py", line 9', null, null, null, null)
) as t (line, clock, level, message, status, took, waited, release);

insert into written by name
select 4 as source_id, line, ('2026-03-01 10:' || clock)::timestamp as ts, level, message,
    statement, took as duration_s
from (values
    (1, '00:09.95', 'info', null, 'SELECT * FROM carts WHERE id = 17 AND name = ''it''''s''
        AND k IN (1, 2) /* 9f3a1c44d1e84b6fa0c2b1d3e5f60718 */', 7.0),
    (2, '00:50', 'info', null,
        'select * from carts where id = 9.5 and name = '''' and k in ($3,4);', 1.0),
    (3, '00:51', 'error', 'relation "a1" is not there', null, null),
    (4, '00:52', 'info', 'checkpoint starting: time', null, null),
    (5, '02:00', 'info', 'received fast shutdown request', null, null),
    (6, '02:01', 'fatal', 'relation "b2" is not there', null, null),
    (7, '02:02', 'fatal', 'sorry, too many clients already', null, null),
    (8, '02:03', 'info', 'database system is ready to accept connections', null, null),
    (9, '02:04', 'info', 'process 7 still waiting for ShareLock on transaction 9 after 1000.5 ms',
        null, null),
    (10, '02:05', 'error', 'deadlock detected', 'UPDATE x', null)
) as t (line, clock, level, message, statement, took);

insert into written by name
select source_id, line, ('2026-03-01 10:' || clock)::timestamp as ts, level, message
from (values
    (5, 1, '02:10', 'error', 'connect() failed (111: Connection refused) while connecting'),
    (5, 2, '02:11', 'warning', 'upstream server temporarily disabled'),
    (5, 3, '02:30', 'error', 'no live upstreams while connecting to upstream'),
    (5, 4, '02:31', 'error', 'connect() failed (111: Connection refused) while connecting'),
    (6, 1, '01:30', null, 'deployed r2')
) as t (source_id, line, clock, level, message);

insert into other_records
select * replace (100 * line as byte_offset, 99 as byte_length) from written;

insert into rejects by name
select 1 as source_id, line, lines, 0 as byte_offset, 2 as byte_length, 'no match' as reason,
    '\\xFFz'::blob as head
from (values (97, 1), (98, 2)) as t (line, lines);

insert into configured_servers by name
select path, 'any' as product, pool, 'roundrobin' as algorithm, name, address, weight, share,
    share is null as backup, false as down, false as checked, 1 as line
from (values
    ('lb.conf', 'web', null, '10.0.0.1:8080', 3, 0.75),
    ('lb.conf', 'web', null, '10.0.0.2:8080', 1, 0.25),
    ('lb.conf', 'web', null, '10.0.0.3:8080', 1, null),
    ('lb.conf', 'api', 'api-1', '10.1.0.1:80', 1, 0.5),
    ('lb.conf', 'api', 'api-2', '10.1.0.2:80', 1, 0.5),
    ('old.conf', 'api', 'api-1', '10.1.0.1:80', 1, 0.5),
    ('old.conf', 'api', 'api-2', '10.1.0.2:80', 1, 0.4)
) as t (path, pool, name, address, weight, share);

insert into aliases
select distinct address, address, pool, 'configuration' from configured_servers;
"""


def given(query: Query) -> dict[str, str]:
    return {one.name: REQUIRED[one.name] for one in query.parameters if one.default is None}


def results(case: Case, name: str, **words: str) -> list[dict[str, Any]]:
    query = library.find(QUERIES, name)
    names, rows = library.run(case, query, given(query) | words)
    return [dict(zip(names, row, strict=True)) for row in rows]


def moment(time: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-01T{time}")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    path = tmp_path_factory.mktemp("empty") / "case.duckdb"
    with write_case(path):
        pass
    with open_case(path) as case:
        yield case


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    path = tmp_path_factory.mktemp("filled") / "case.duckdb"
    with write_case(path) as connection:
        connection.execute(FILL)
        connection.execute(
            "update other_records set template_id = "
            "(hash(form_of(words_of(message, statement))) >> 1)::bigint where message is not null"
        )
        templates.find(connection)
    with open_case(path) as case:
        yield case


every_query = pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)


def test_the_shipped_queries_are_the_files_in_the_folder() -> None:
    files = {path.stem.replace("_", "-") for path in (ROOT / "queries").glob("*.sql")}
    assert set(QUERIES) == files
    assert len(QUERIES) >= 18


def test_the_catalogue_is_current() -> None:
    remake = (
        "from logsleuth.case import library as l; "
        "open('queries/README.md', 'w').write(l.catalogue(l.load()))"
    )
    text = (ROOT / "queries" / "README.md").read_text(encoding="utf-8")
    assert text == library.catalogue(QUERIES), f"remake it: {remake}"


@every_query
def test_declared_columns_are_the_real_ones_even_of_an_empty_case(
    query: Query, empty: Case
) -> None:
    names, rows = library.run(empty, query, given(query))
    assert tuple(names) == query.columns
    assert rows == []


@every_query
def test_every_query_finds_something_in_the_case(query: Query, case: Case) -> None:
    names, rows = library.run(case, query, given(query))
    assert tuple(names) == query.columns
    assert rows


@every_query
def test_declared_parameters_are_the_real_ones_cast_to_their_types(query: Query) -> None:
    statement = duckdb.extract_statements(query.sql)[0]
    assert statement.named_parameters == {one.name for one in query.parameters}
    used = set(re.findall(r"\$([a-z_]+)(::[a-z]+)?", query.sql))
    assert used == {(one.name, f"::{one.type}") for one in query.parameters}


@every_query
def test_the_order_of_the_rows_is_total(query: Query, case: Case) -> None:
    """The last ORDER BY names columns of the result that no two rows have alike."""
    clause = re.split(r"\norder by ", query.sql)[-1].split("\nlimit")[0].rstrip(";")
    words = [re.sub(r" (desc|nulls last)", "", key).strip() for key in clause.split(",")]
    keys = [query.columns.index(word) for word in words if word in query.columns]
    assert all(word in query.columns or word.startswith("case ") for word in words)
    _, rows = library.run(case, query, given(query))
    assert len({tuple(row[key] for key in keys) for row in rows}) == len(rows)


@every_query
def test_the_house_rules_of_sql_hold(query: Query) -> None:
    text = Path(query.path).read_text(encoding="utf-8")
    assert query.title[-1].isalnum()
    assert query.answers.endswith("?")
    assert query.sql.endswith(";")
    assert "\norder by " in query.sql
    assert all(len(line) <= 100 and line == line.rstrip() for line in text.splitlines())
    assert [rule for rule in FORBIDDEN if re.search(rule, query.sql, re.IGNORECASE)] == []
    # Other engines replace all matches where DuckDB would replace the first only.
    assert query.sql.count("regexp_replace(") == len(re.findall(r"'g'\)", query.sql))
    assert all(f" as {column}" in query.sql for column in query.columns)


@pytest.mark.parametrize(
    "query",
    [query for query in QUERIES.values() if any(one.name == "since" for one in query.parameters)],
    ids=lambda query: query.name,
)
def test_a_window_without_anything_gives_no_rows(query: Query, case: Case) -> None:
    _, rows = library.run(case, query, given(query) | {"since": "2031-01-01"})
    # What was configured is there whether or not there was traffic.
    assert rows == [] or query.name == "balancer-shares"


def test_a_case_can_not_be_left_or_changed(case: Case) -> None:
    with pytest.raises(QueryError):
        case.rows("select content from read_text('/etc/hostname')")
    with pytest.raises(QueryError):
        case.rows("create table t (x integer)")


def test_a_bucket_of_no_length_is_an_error(case: Case) -> None:
    with pytest.raises(QueryError):
        results(case, "requests-per-minute", bucket="0")


def test_a_silent_minute_has_no_rate(case: Case) -> None:
    well, silent, ill = results(case, "requests-per-minute", pool="web")
    assert (well["ts"], well["requests"], well["failure_rate"]) == (moment("10:00:00"), 4, 0.0)
    assert (silent["ts"], silent["requests"], silent["failures"]) == (moment("10:01:00"), 0, 0)
    assert (silent["failure_rate"], silent["p50_s"], silent["p95_s"]) == (None, None, None)
    assert (ill["requests"], ill["failures"], ill["refused"], ill["aborted"]) == (4, 1, 1, 1)


def test_since_is_included_and_until_is_not(case: Case) -> None:
    window = {"since": "2026-03-01T10:00:19.5Z", "until": "2026-03-01T11:00:29.5+01:00"}
    (row,) = results(case, "requests-per-minute", pool="web", **window)
    assert row["requests"] == 1


def test_shares_add_up_and_count_first_attempts_only(case: Case) -> None:
    rows = results(case, "shares-per-minute")
    sums: defaultdict[tuple[object, object], float] = defaultdict(float)
    for row in rows:
        sums[row["ts"], row["pool"]] += row["share"]
    assert sums
    assert all(total == pytest.approx(1) for total in sums.values())
    found = {(row["ts"].minute, row["server"]): row["first_attempts"] for row in rows}
    assert found == {(0, ONE): 3, (0, TWO): 1, (2, ONE): 2, (2, TWO): 2, (0, "api-1"): 1,
                     (2, "api-1"): 1}  # fmt: skip


def test_a_server_that_gets_nothing_has_a_share_of_zero(case: Case) -> None:
    rows = results(case, "shares-per-minute", pool="web", bucket="10")
    busy = {(row["server"], row["share"]) for row in rows if row["ts"] == moment("10:00:40")}
    assert (rows[0]["ts"], busy) == (moment("10:00:00"), set())
    assert {row["share"] for row in rows} == {0.0, 1.0}
    assert len(rows) == 2 * len({row["ts"] for row in rows})


def test_observed_shares_stand_beside_configured_ones(case: Case) -> None:
    rows = results(case, "balancer-shares", pool="web")
    shares = [(row["server"], row["first_attempts"], row["configured_share"]) for row in rows]
    assert shares == [(ONE, 5, 0.75), (TWO, 3, 0.25), ("10.0.0.3:8080", 0, None)]
    assert [row["observed_share"] for row in rows] == pytest.approx([5 / 8, 3 / 8, 0])
    assert rows[0]["difference"] == pytest.approx(5 / 8 - 0.75)
    assert (rows[0]["weight"], rows[2]["backup"], rows[2]["difference"]) == (3, True, None)


def test_configurations_that_disagree_intend_nothing(case: Case) -> None:
    rows = results(case, "balancer-shares", pool="api")
    assert [(row["server"], row["configured_share"]) for row in rows] == [
        ("api-1", 0.5),
        ("api-2", None),
    ]


def test_a_pool_without_traffic_has_no_observed_share(case: Case) -> None:
    rows = results(case, "balancer-shares", since="2031-01-01")
    assert {(row["first_attempts"], row["observed_share"]) for row in rows} == {(0, None)}


def test_failures_hidden_by_a_retry_are_the_first_servers(case: Case) -> None:
    rows = {row["server"]: row for row in results(case, "failures-by-server", pool="web")}
    counts = {name: (row["attempts"], row["failures"]) for name, row in rows.items()}
    assert counts == {ONE: (5, 2), TWO: (5, 1)}
    assert rows[ONE]["first_failed_event_id"] == "111111111111:5"


def test_failures_without_a_server_are_nobodys(case: Case) -> None:
    rows = results(case, "failures-by-server")
    nobody = [row for row in rows if row["server"] is None]
    assert [(row["pool"], row["failures"]) for row in nobody] == [("api", 1), (None, 1)]
    assert sum(row["share_of_failures"] for row in rows) == pytest.approx(1)


def test_retries_are_counted_by_first_server(case: Case) -> None:
    web, api = results(case, "retries")
    assert (web["pool"], web["first_server"]) == ("web", ONE)
    assert (web["requests"], web["retried"], web["attempts"]) == (5, 2, 4)
    assert (web["rescued"], web["lost"], web["retry_rate"]) == (1, 1, 0.4)
    assert web["first_attempt_p50_s"] == pytest.approx(0.1)
    assert (api["first_server"], api["retried"], api["attempts"], api["lost"]) == (None, 1, 4, 1)


def test_who_made_the_error(case: Case) -> None:
    rows = results(case, "upstream-vs-client-status")
    relations = {(row["pool"], row["status"], row["termination"]): row["relation"] for row in rows}
    assert relations == {
        ("web", 200, None): "passed on",
        ("web", 404, None): "passed on",
        ("web", 499, None): "not stated",
        ("web", 502, None): "not stated",
        (None, 502, None): "no server",
        ("api", 200, "----"): "passed on",
        ("api", 503, "SC--"): "its own",
        ("api", 503, "sQ--"): "no server",
    }
    assert sum(row["share_of_requests"] for row in rows) == pytest.approx(1)


def test_a_request_is_followed_from_the_outside_in(case: Case) -> None:
    for word in (REQUEST_ID, "9F3A1C44-D1E8-4B6F-A0C2-B1D3E5F60718"):
        rows = results(case, "follow-request", id=word)
        assert [row["role"] for row in rows][:2] == ["balancer", "application"]
        assert [row["found_by"] for row in rows][:2] == ["request id", "request id"]
    rows = results(case, "follow-request", id=REQUEST_ID)
    assert [row["event_id"][0] for row in rows] == ["1", "3", "4"]
    assert [row["began"] for row in rows] == sorted(row["began"] for row in rows)
    assert (rows[0]["began"], rows[0]["ended"]) == (moment("10:00:01"), moment("10:00:10"))
    assert rows[2]["found_by"] == "mention"


def test_a_short_id_is_not_looked_for_in_texts(case: Case) -> None:
    assert results(case, "follow-request", id="1") == []


def test_statements_differ_by_their_shape_only(case: Case) -> None:
    rows = results(case, "slowest-statements")
    assert rows[0]["fingerprint"] == "select * from carts where id = ? and name = ? and k in (?)"
    assert (rows[0]["statements"], rows[0]["total_s"], rows[0]["max_s"]) == (2, 8.0, 7.0)
    assert rows[0]["slowest_event_id"] == "444444444444:1"
    assert (rows[1]["fingerprint"], rows[1]["failures"], rows[1]["total_s"]) == (
        "update x",
        1,
        None,
    )


def test_new_messages_are_new_in_shape(case: Case) -> None:
    rows = {row["shape"]: row for row in results(case, "new-messages")}
    assert "relation ? is not there" not in rows
    assert "checkpoint starting: time" not in rows
    lost = rows["cart # lost"]
    assert (lost["messages"], lost["first_event_id"]) == (2, "333333333333:3")
    assert lost["role_messages_before"] == 0
    assert rows["deadlock detected"]["role_messages_before"] == 2


def test_new_messages_until(case: Case) -> None:
    rows = results(case, "new-messages", role="database", until="2026-03-01T10:02:02Z")
    assert [row["shape"] for row in rows] == ["received fast shutdown request"]


def test_messages_of_one_shape_are_one_row(case: Case) -> None:
    (lost, *_) = results(case, "error-messages", role="application")
    assert (lost["shape"], lost["messages"], lost["instances"]) == ("cart # lost", 2, 1)


def test_database_errors_by_minute(case: Case) -> None:
    rows = results(case, "database-errors")
    relation = [row for row in rows if row["shape"] == "relation ? is not there"]
    assert [(row["ts"].minute, row["level"]) for row in relation] == [(0, "error"), (2, "fatal")]


def test_the_life_of_the_database_in_order(case: Case) -> None:
    kinds = [row["kind"] for row in results(case, "database-lifecycle")]
    assert kinds == ["checkpoint", "shutdown", "start"]
    (row,) = results(case, "database-lifecycle", kind="shutdown")
    assert row["event_id"] == "444444444444:5"


def test_lock_waits(case: Case) -> None:
    waiting, deadlock = results(case, "lock-waits")
    assert (waiting["kind"], waiting["waited_s"]) == ("waiting", pytest.approx(1.0005))
    assert (deadlock["kind"], deadlock["statement"]) == ("deadlock", "UPDATE x")


def test_connection_errors(case: Case) -> None:
    rows = results(case, "connection-errors")
    assert [(row["role"], row["kind"], row["messages"]) for row in rows] == [
        ("database", "exhausted", 1),
        ("balancer", "refused", 2),
    ]


def test_what_the_balancer_says(case: Case) -> None:
    rows = results(case, "balancer-messages")
    assert [(row["kind"], row["messages"]) for row in rows] == [
        ("connect failed", 2),
        ("no server left", 1),
        ("server down", 1),
    ]


def test_a_route_keeps_or_changes_its_pool(case: Case) -> None:
    rows = {(row["route"], row["pool"]): row for row in results(case, "route-by-pool")}
    cart = rows["/cart/{id}", "web"]
    assert (cart["requests_before"], cart["share_before"]) == (3, 1.0)
    assert (cart["requests_after"], cart["share_after"], cart["moved"]) == (3, 0.75, 0.25)
    late = {
        (row["route"], row["pool"]): row
        for row in results(case, "route-by-pool", moment="2026-03-01T09:00:00Z")
    }
    assert late["/home", "web"]["share_before"] is None
    assert late["/home", "web"]["failure_rate_before"] is None


def test_aborts_say_how_long_clients_waited(case: Case) -> None:
    (row,) = results(case, "client-aborts")
    assert (row["route"], row["requests"], row["aborts"], row["p50_s"]) == ("/home", 2, 1, 2.0)


def test_instances_and_their_wait_for_the_database(case: Case) -> None:
    (row,) = results(case, "instances")
    assert (row["instance"], row["requests"], row["failure_rate"]) == ("app-1", 2, 0.5)
    assert row["database_share"] == pytest.approx(7 / 8)
    (row,) = results(case, "instances", since="2026-03-01T10:02:00Z")
    assert (row["database_share"], row["database_p50_s"]) == (None, None)


def test_releases_in_the_order_of_their_arrival(case: Case) -> None:
    assert [row["release"] for row in results(case, "releases")] == ["r1", "r2"]


def test_rejected_lines_are_shown_whatever_their_bytes(case: Case) -> None:
    (row,) = results(case, "rejected-lines")
    assert (row["lines"], row["first_line"], row["last_line"]) == (3, 97, 99)
    assert row["example"] == "\\xFFz"
    assert row["share_of_lines"] == pytest.approx(3 / 12)


def test_silences_within_a_source_and_at_its_end(case: Case) -> None:
    rows = {(row["path"], row["gap_s"]): row for row in results(case, "silent-gaps", top="1")}
    within = rows["nginx-access.log", 90.0]
    assert (within["event_id_before"], within["event_id_after"]) == (
        "111111111111:4",
        "111111111111:5",
    )
    at_the_end = rows["deploys.log", 80.0]
    assert at_the_end["event_id_after"] is None
    assert results(case, "silent-gaps", at_least="1h") == []


def test_queue_times_are_those_of_the_balancer_that_states_them(case: Case) -> None:
    rows = results(case, "queue-times", since="2026-03-01T10:02:00Z")
    assert [(row["server"], row["queued"], row["max_s"]) for row in rows] == [
        ("api-1", 1, 0.5),
        ("api-2", 1, 1.0),
        (None, 1, 5.0),
    ]
    assert {row["pool"] for row in rows} == {"api"}


def test_affinity_is_the_share_of_a_clients_own_server(case: Case) -> None:
    (row,) = results(case, "affinity", pool="web")
    assert (row["clients"], row["servers"], row["requests"]) == (1, 2, 6)
    assert row["share_of_own_server"] == pytest.approx(4 / 6)
    assert row["share_of_busiest_client"] == 1.0


def test_failures_by_client_and_route_and_status(case: Case) -> None:
    clients = results(case, "failures-by-client")
    assert [(row["client"], row["failures"]) for row in clients[:2]] == [
        ("192.0.2.1", 2),
        ("192.0.2.9", 2),
    ]
    assert clients[0]["example_event_id"] == "111111111111:6"
    assert sum(row["share_of_requests"] for row in clients) == pytest.approx(1)
    routes = {row["route"]: row for row in results(case, "failures-by-route")}
    assert (routes["/cart/{id}"]["failures"], routes["/home"]["failures"]) == (2, 0)
    statuses = {(row["status"], row["outcome"]) for row in results(case, "failures-by-status")}
    assert statuses == {(502, "failed"), (503, "failed"), (499, "aborted"), (404, "refused")}


def test_the_slowest_first(case: Case) -> None:
    requests = results(case, "slow-requests", top="2")
    assert [row["event_id"] for row in requests] == ["111111111111:1", "111111111111:8"]
    assert requests[0]["started"] == moment("10:00:01")
    (route,) = results(case, "slowest-routes", at_least="5")
    assert (route["route"], route["max_s"]) == ("/cart/{id}", 9.0)


@pytest.mark.parametrize("name", ["slow-requests", "slowest-routes", "failures-by-route"])
def test_one_server_alone_can_be_asked_for(case: Case, name: str) -> None:
    def count(server: str) -> int:
        rows = results(case, name, server=server)
        return sum(row.get("requests", 1) for row in rows)

    both = [count(server) for server in (ONE, TWO)]
    assert min(both) > 0
    assert sum(both) < count("")
    assert count("10.0.0.9:8080") == 0


def test_statement_rate_and_its_silent_minute(case: Case) -> None:
    rows = results(case, "statement-rate")
    assert [(row["statements"], row["timed"], row["failures"]) for row in rows] == [
        (2, 2, 0),
        (0, 0, 0),
        (1, 0, 1),
    ]
    assert (rows[1]["p95_s"], rows[2]["total_s"]) == (None, None)


def test_where_time_went_sets_the_instance_beside_its_server(tmp_path: Path) -> None:
    path = tmp_path / "case.duckdb"
    with write_case(path) as connection:
        connection.execute(FILL)
        connection.execute(
            "update other_records set template_id = "
            "(hash(form_of(words_of(message, statement))) >> 1)::bigint where message is not null"
        )
        templates.find(connection)
        connection.execute(
            "insert into aliases values ('app-1', '10.0.0.1:8080', 'web', 'requests')"
        )
    with open_case(path) as case:
        rows = results(case, "where-time-went", onset="2026-03-01T10:02:00Z")
    by_place = {(row["server"], row["period"]): row for row in rows}
    first = by_place[ONE, "before"]
    assert first["instance"] == "app-1"
    assert first["application_p50_s"] is not None
    assert first["waited_p50_s"] is not None
    assert first["queue_p50_s"] is None
    assert by_place[TWO, "before"]["instance"] is None
    assert {period for _, period in by_place} == {"before", "during"}
