"""What a query's front matter may say, and what becomes of typed parameters."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from logsleuth.case import library
from logsleuth.case.binding import Parameter, Query, Type, bind
from logsleuth.case.store import open_case, write_case
from logsleuth.errors import QueryError

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """/*
title   = "Lines by role"
answers = "Who wrote most?"
columns = ["role", "lines"]

[parameters]
role  = { type = "text", default = "", help = "Only this role." }
lines = { type = "integer", default = 1, help = "At least so many." }
*/
select role as role, sum(lines)::bigint as lines
from sources
where ($role::text = '' or role = $role::text)
group by role
having sum(lines) >= $lines::integer
order by role;
"""


def written(folder: Path, text: str, name: str = "own_lines.sql") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def asking(*parameters: Parameter) -> Query:
    return Query("asked", "T", "A?", parameters, ("x",), "select 1 as x", "asked.sql")


def test_a_query_of_ones_own_joins_the_shipped_ones(tmp_path: Path) -> None:
    queries = library.load(written(tmp_path, GOOD))
    own = queries["own-lines"]
    assert list(queries) == sorted(queries)
    assert len(queries) == len(library.load()) + 1
    assert (own.title, own.answers, own.columns) == (
        "Lines by role",
        "Who wrote most?",
        ("role", "lines"),
    )
    assert own.parameters[1] == Parameter("lines", "integer", "1", "At least so many.")
    assert own.sql.startswith("select role")
    assert own.path == str(tmp_path / "own_lines.sql")


def test_other_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    written(tmp_path, "not SQL", "notes.md")
    assert list(library.load(tmp_path)) == list(library.load())


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ("/*\ntitle", "title", "front matter", "block comment"),
        ('"Lines by role"', '"Lines', "front matter", "line 2"),
        ('title   = "Lines by role"', "", "title", "a text is wanted"),
        ('"Who wrote most?"', '" "', "answers", "a text is wanted"),
        ('["role", "lines"]', '"role"', "columns", "a list of names"),
        ('["role", "lines"]', '["role", "role"]', "columns", "twice"),
        ('["role", "lines"]', "[]", "columns", "a list of names"),
        ("title ", "tittle", "tittle", "no such key"),
        ('help = "Only', 'hlep = "Only', "parameters.role.hlep", "no such key"),
        ('type = "text"', 'type = "words"', "parameters.role.type", "one of text, integer"),
        ('type = "text", ', "", "parameters.role.type", "one of text, integer"),
        ("default = 1", "default = 1.5", "parameters.lines.default", "isn't a whole number"),
        ("default = 1", "default = true", "parameters.lines.default", "a number"),
        ("default = 1", 'default = "many"', "parameters.lines.default", "isn't a whole number"),
        ('"At least so many."', '""', "parameters.lines.help", "a text is wanted"),
        ("[parameters]", "parameters = 3\n[x]", "x", "no such key"),
        ("role  = {", "Role  = {", "parameters.Role", "lower-case"),
        ("$lines::integer", "1", "parameters", "$lines"),
        ("group by", "and path <> $path::text group by", "parameters", "$path"),
        ("select role", "selec role", "sql", "syntax error"),
        ("order by role;", "order by role; select 2;", "sql", "exactly one SELECT"),
        ("select role as role", "drop table sources; --", "sql", ""),
    ],
)
def test_a_broken_file_is_refused_by_file_key_and_reason(
    tmp_path: Path, old: str, new: str, key: str, reason: str
) -> None:
    assert old in GOOD
    with pytest.raises(QueryError) as caught:
        library.load(written(tmp_path, GOOD.replace(old, new, 1)))
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'own_lines.sql'}: {key}: ")
    assert reason in message
    assert caught.value.hint


def test_a_misspelt_key_gets_the_nearest_as_a_hint(tmp_path: Path) -> None:
    with pytest.raises(QueryError) as caught:
        library.load(written(tmp_path, GOOD.replace("answers", "anwsers")))
    assert caught.value.hint == "did you mean answers?"


@pytest.mark.parametrize("statement", ["", "drop table sources", "copy sources to 'x.csv'"])
def test_only_a_select_is_a_query(tmp_path: Path, statement: str) -> None:
    front = GOOD.split("\n\n")[0] + "\n*/\n"
    with pytest.raises(QueryError, match="exactly one SELECT"):
        library.load(written(tmp_path, front + statement))


@pytest.mark.parametrize("table", ["parameters = 3", "parameters = { role = 3 }"])
def test_parameters_are_tables(tmp_path: Path, table: str) -> None:
    front = GOOD.split("\n\n")[0] + f"\n{table}\n*/\nselect 1 as role, 2 as lines"
    with pytest.raises(QueryError, match=r"parameters.*: a table"):
        library.load(written(tmp_path, front))


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "own.sql").write_bytes(b"/* \xff */ select 1")
    with pytest.raises(QueryError, match=r"own\.sql: text: .*utf-8"):
        library.load(tmp_path)


def test_a_file_name_with_hyphens_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="underscores"):
        library.load(written(tmp_path, GOOD, "own-lines.sql"))


def test_a_shipped_name_can_not_be_taken(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="sources is a shipped query"):
        library.load(written(tmp_path, GOOD, "sources.sql"))


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="not a folder of queries"):
        library.load(tmp_path / "nowhere")


def test_find_suggests_the_nearest_name() -> None:
    queries = library.load()
    assert library.find(queries, "balancer-shares").name == "balancer-shares"
    with pytest.raises(QueryError, match="'balancer_share'") as caught:
        library.find(queries, "balancer_share")
    assert caught.value.hint == "did you mean balancer-shares?"
    with pytest.raises(QueryError) as caught:
        library.find(queries, "zzz")
    assert caught.value.hint == "logsleuth query --list"


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("text", "", ""),
        ("text", " a b ", " a b "),
        ("integer", " 42 ", 42),
        ("integer", "-7", -7),
        ("integer", "", None),
        ("double", "0.25", 0.25),
        ("double", "", None),
        ("timestamp", "", None),
        ("timestamp", "2026-03-01", datetime(2026, 3, 1)),  # noqa: DTZ001 - a case is naive UTC
        (
            "timestamp",
            "2026-03-01 10:14:05.25",
            datetime(2026, 3, 1, 10, 14, 5, 250000),  # noqa: DTZ001
        ),
        ("timestamp", "2026-03-01T10:14:05Z", datetime(2026, 3, 1, 10, 14, 5)),  # noqa: DTZ001
        (
            "timestamp",
            "2026-03-01T10:14:05+02:00",
            datetime(2026, 3, 1, 8, 14, 5),  # noqa: DTZ001
        ),
        ("interval", "90", timedelta(seconds=90)),
        ("interval", "1.5 h", timedelta(minutes=90)),
        ("interval", "1h30m", timedelta(minutes=90)),
        ("interval", "2 minutes 5 s", timedelta(seconds=125)),
        ("interval", "250ms", timedelta(milliseconds=250)),
        ("interval", "", None),
    ],
)
def test_values_get_the_type_that_was_declared(kind: Type, text: str, value: object) -> None:
    query = asking(Parameter("it", kind, "", "The value."))
    assert bind(query, {"it": text}) == {"it": value}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("integer", "1.5"),
        ("integer", "1_000"),
        ("integer", "9" * 19),
        ("double", "nan"),
        ("double", "much"),
        ("timestamp", "yesterday"),
        ("timestamp", "0001-01-01T00:00:00+02:00"),
        ("interval", "5 parsecs"),
        ("interval", "m5"),
        ("interval", "9" * 30),
        ("interval", "-5m"),
    ],
)
def test_a_value_of_another_type_is_refused(kind: Type, text: str) -> None:
    query = asking(Parameter("it", kind, "", "The value."))
    with pytest.raises(QueryError, match=r"asked: it: '.*' isn't a") as caught:
        bind(query, {"it": text})
    assert caught.value.hint == "it: The value."


def test_defaults_are_bound_where_nothing_is_given() -> None:
    query = asking(
        Parameter("size", "integer", "60", "Seconds."), Parameter("since", "timestamp", "", "From.")
    )
    assert bind(query, {}) == {"size": 60, "since": None}


def test_an_empty_value_is_refused_where_the_default_is_not_empty() -> None:
    with pytest.raises(QueryError, match="'' isn't a whole number"):
        bind(asking(Parameter("size", "integer", "60", "Seconds.")), {"size": ""})


def test_a_parameter_without_default_must_be_given() -> None:
    query = asking(Parameter("id", "text", None, "The request id."))
    with pytest.raises(QueryError, match="'id' is missing") as caught:
        bind(query, {})
    assert caught.value.hint == "-p id=…: The request id."


def test_an_unknown_parameter_gets_the_nearest_or_all_of_them() -> None:
    query = asking(
        Parameter("bucket", "integer", "60", "Seconds."), Parameter("pool", "text", "", "Only it.")
    )
    with pytest.raises(QueryError, match="no parameter called 'buckets'") as caught:
        bind(query, {"buckets": "5"})
    assert caught.value.hint == "did you mean bucket? asked takes bucket, pool"
    with pytest.raises(QueryError) as caught:
        bind(query, {"xyz": "5"})
    assert caught.value.hint == "asked takes bucket, pool"
    with pytest.raises(QueryError) as caught:
        bind(asking(), {"xyz": "5"})
    assert caught.value.hint == "asked takes no parameters"


def test_run_gives_names_and_rows(tmp_path: Path) -> None:
    path = tmp_path / "case.duckdb"
    query = library.load(written(tmp_path, GOOD))["own-lines"]
    with write_case(path) as connection:
        connection.execute(
            "insert into sources by name select 1 as source_id, 'a.log' as path, 'ab' as sha256, "
            "9 as bytes, 'nginx-access' as format, 'balancer' as role, 4 as lines, 3 as events, "
            "0 as continuation, 1 as rejected, 0 as blank"
        )
    with open_case(path) as case:
        assert library.run(case, query, {}) == (["role", "lines"], [("balancer", 4)])
        assert library.run(case, query, {"lines": "5"}) == (["role", "lines"], [])


def test_the_catalogue_names_everything(tmp_path: Path) -> None:
    text = library.catalogue({"own-lines": library.load(written(tmp_path, GOOD))["own-lines"]})
    assert "| [`own-lines`](#own-lines) | Who wrote most? |" in text
    assert "Lines by role. Who wrote most?" in text
    assert "| `role` | text |  | Only this role. |" in text
    assert "| `lines` | integer | `1` | At least so many. |" in text
    assert text.endswith("Columns: `role`, `lines`\n")
