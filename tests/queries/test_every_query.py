"""Every canned query keeps its promises, on an empty case and on one of known content."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from logsleuth.case import library
from logsleuth.case.store import open_case, write_case
from logsleuth.errors import QueryError
from tests.queries.filled import QUERIES, given

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logsleuth.case.binding import Query
    from logsleuth.case.store import Case

ROOT = Path(__file__).parents[2]
FORBIDDEN = (
    r"select \*", r"\bpivot\b", r"\bdate_diff\b", r"\bdayofweek\b", r"\bapprox_", r"\bhash\(",
    r"\bfirst\(", r"\blast\(", r"\bany_value\(", r"\blog\(", r"\busing sample\b", r"\bqualify\b",
    r"\brandom\(", r"\bnow\(", r"->",
)  # fmt: skip


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    path = tmp_path_factory.mktemp("empty") / "case.duckdb"
    with write_case(path):
        pass
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
def test_every_query_finds_something_in_the_case(query: Query, filled: Case) -> None:
    names, rows = library.run(filled, query, given(query))
    assert tuple(names) == query.columns
    assert rows


@every_query
def test_declared_parameters_are_the_real_ones_cast_to_their_types(query: Query) -> None:
    statement = duckdb.extract_statements(query.sql)[0]
    assert statement.named_parameters == {one.name for one in query.parameters}
    used = set(re.findall(r"\$([a-z_]+)(::[a-z]+)?", query.sql))
    assert used == {(one.name, f"::{one.type}") for one in query.parameters}


@every_query
def test_the_order_of_the_rows_is_total(query: Query, filled: Case) -> None:
    """The last ORDER BY names columns of the result that no two rows have alike."""
    clause = re.split(r"\norder by ", query.sql)[-1].split("\nlimit")[0].rstrip(";")
    words = [re.sub(r" (desc|nulls last)", "", key).strip() for key in clause.split(",")]
    keys = [query.columns.index(word) for word in words if word in query.columns]
    assert all(word in query.columns or word.startswith("case ") for word in words)
    _, rows = library.run(filled, query, given(query))
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
def test_a_window_without_anything_gives_no_rows(query: Query, filled: Case) -> None:
    _, rows = library.run(filled, query, given(query) | {"since": "2031-01-01"})
    # What was configured is there whether or not there was traffic.
    assert rows == [] or query.name == "balancer-shares"


def test_a_case_can_not_be_left_or_changed(filled: Case) -> None:
    with pytest.raises(QueryError):
        filled.rows("select content from read_text('/etc/hostname')")
    with pytest.raises(QueryError):
        filled.rows("create table t (x integer)")
