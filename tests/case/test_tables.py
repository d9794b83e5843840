"""The tables of records: all have columns of the whole one, and each record has the smallest."""

from pathlib import Path

from logsleuth.case import tables
from logsleuth.case.store import write_case

_VIEW = "select sql from duckdb_views() where view_name = 'records'"


def test_every_table_is_in_the_view_and_has_columns_of_the_whole_one(tmp_path: Path) -> None:
    with write_case(tmp_path / "case.duckdb") as case:
        found = case.execute(
            "select table_name, list(column_name || ' ' || data_type) from duckdb_columns()"
            " where ends_with(table_name, '_records') or table_name = 'records' group by all"
        ).fetchall()
        columns = {name: set(listed) for name, listed in found}
        for number, name in enumerate(tables.EVERY, 1):
            case.execute(
                f"insert into {name} (source_id, line, byte_offset, byte_length)"
                f" values (1, {number}, 0, 0)"
            )
        seen = case.execute("select count(distinct line) from records").fetchone()
    assert columns.pop("records") == columns["other_records"]
    assert columns.keys() == set(tables.EVERY)
    assert all(listed <= columns["other_records"] for listed in columns.values())
    assert seen == (len(tables.EVERY),)


def test_a_record_has_the_smallest_table_with_its_columns() -> None:
    request = {"ts", "client", "path", "user_agent"}
    assert tables.home(request) == "access_records"
    assert tables.home({*request, "connect_s"}) == "proxied_records"
    assert tables.home({"ts", "client", "path", "queue_s", "termination"}) == "session_records"
    assert tables.home({"ts", "message", "instance"}) == "application_records"
    assert tables.home({"ts", "message", "statement"}) == "database_records"
    assert tables.home({*request, "message", "termination"}) == "other_records"


def test_messages_are_in_the_tables_that_have_templates() -> None:
    assert set(tables.SAYING) == {"application_records", "database_records", "other_records"}


def test_the_view_leaves_empty_tables_out_until_they_are_filled(tmp_path: Path) -> None:
    path = tmp_path / "case.duckdb"
    fill = "insert into {} (source_id, line, byte_offset, byte_length) values (1, 1, 0, 0)"
    with write_case(path) as case:
        case.execute(fill.format("session_records"))
        tables.settle(case)
        [(text,)] = case.execute(_VIEW).fetchall()
        assert [name for name in tables.EVERY if name in text] == [
            "session_records", "other_records",
        ]  # fmt: skip
        assert case.execute("select count(*) from records").fetchone() == (1,)
    with write_case(path) as case:
        case.execute(fill.format("database_records"))
        assert case.execute("select count(*) from records").fetchone() == (2,)
