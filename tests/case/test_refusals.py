"""What DuckDB refuses is said in our words, with what to type instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from logsleuth.case.store import open_case, statements, write_case
from logsleuth.errors import QueryError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("refusals") / "case.duckdb"
    with write_case(path):
        pass
    return path


def refused(case: Path, sql: str) -> QueryError:
    with open_case(case) as opened, pytest.raises(QueryError) as caught:
        opened.rows(sql)
    return caught.value


@pytest.mark.parametrize(
    ("sql", "said", "hint"),
    [
        ("select statu from requests", "there is no column called 'statu'\n", "mean status?"),
        ("select r.statu from requests r", "there is no column called 'statu'\n", "mean status?"),
        ("select * from reqests", "there is no table called 'reqests'\n", "mean requests?"),
        ("select cuont(*) from requests", "no function called 'cuont'\n", "mean count?"),
        ("select zzz from requests", "there is no column called 'zzz'\n", "lists the columns"),
        ("select * from zzz", "there is no table called 'zzz'\n", "lists the tables"),
        ("insert into meta values ('a', 'b')", "a case that is read can't be changed", "ingest"),
        ("select * from read_csv('/etc/passwd')", "disabled by configuration", "the case only"),
        ("select 'a'::int", "Could not convert string 'a' to INT32", "--help"),
    ],
)
def test_it_says_what_and_what_instead(case: Path, sql: str, said: str, hint: str) -> None:
    error = refused(case, sql)
    assert said in str(error)
    assert hint in error.hint
    assert "Error:" not in str(error)


def test_it_says_where(case: Path) -> None:
    assert str(refused(case, "select\n  statu\nfrom requests")).splitlines()[1:] == [
        "LINE 2:   statu",
        "          ^^^^^",
    ]
    with pytest.raises(QueryError, match='syntax error at or near "selec"\nLINE 1: selec 1'):
        statements("selec 1")


def test_only_what_is_near_is_asked_for(case: Path) -> None:
    assert "did you mean" not in refused(case, "select zzz from requests").hint
    assert "did you mean" not in refused(case, "select * from '/etc/passwd'").hint


def test_a_statement_knows_the_values_that_it_asks_for() -> None:
    [one] = statements("select $since, $x, '$y' -- $z")
    assert one.parameters == {"since", "x"}
