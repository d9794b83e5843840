"""Parquet: types are kept, odd ones have a place, and the same rows are the same bytes."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from logsleuth.case.store import open_case, write_case
from logsleuth.errors import QueryError, UsageError
from logsleuth.renderers import parquet

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 3, 1, 10, 14, 5, 120_000, tzinfo=UTC)
UTC_TIME = pa.timestamp("us", "UTC")


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("parquet") / "case.duckdb"
    with write_case(path):
        pass
    return path


def asked(case: Path, sql: str, values: dict[str, Any] | None = None) -> bytes:
    sink = io.BytesIO()
    with open_case(case) as opened:
        parquet.write_batches(sink, opened.batches(sql, values))
    return sink.getvalue()


def told(names: list[str], rows: list[Any], types: tuple[type, ...] = ()) -> bytes:
    sink = io.BytesIO()
    parquet.write_rows(sink, names, rows, types)
    return sink.getvalue()


def table(data: bytes) -> pa.Table:
    return pq.read_table(io.BytesIO(data))


@pytest.mark.parametrize(
    ("sql", "kind", "value"),
    [
        ("timestamp '2026-03-01 10:14:05.12'", UTC_TIME, AT),
        ("timestamptz '2026-03-01 11:14:05.12+01'", UTC_TIME, AT),
        ("7::smallint", pa.int16(), 7),
        ("sum(7)", pa.int64(), 7),
        ("0.25::double", pa.float64(), 0.25),
        ("1.50::decimal(6, 2)", pa.decimal128(6, 2), None),
        ("true", pa.bool_(), True),
        ("interval '1 day 90.5 seconds'", pa.float64(), 86490.5),
        ("[timestamp '2026-03-01 10:14:05.12']", pa.list_(UTC_TIME), [AT]),
        ("'x'::enum('x', 'y')", pa.string(), "x"),
        ("uuid '00000000-0000-0000-0000-000000000001'", pa.string(), None),
        ("date '2026-03-01'", pa.date32(), AT.date()),
        ("'\\xff'::blob", pa.binary(), b"\xff"),
        ("{'a': 1}", pa.struct([("a", pa.int32())]), {"a": 1}),
        ("null", pa.string(), None),
        ("$it::timestamp", UTC_TIME, None),
    ],
)
def test_types_of_sql_are_kept(case: Path, sql: str, kind: pa.DataType, value: Any) -> None:
    values = {"it": None} if "$it" in sql else {}
    found = table(asked(case, f"select {sql} as x", values))
    assert found.schema.field("x").type == kind
    if value is not None:
        assert found["x"].to_pylist() == [value]
    empty = table(asked(case, f"select {sql} as x having count(*) > 9", values))
    assert (empty.schema.field("x").type, empty.num_rows) == (kind, 0)


def test_what_has_no_place_is_refused_with_a_way_out(case: Path) -> None:
    with pytest.raises(UsageError, match=r"^x: Parquet has no place") as refused:
        asked(case, "select 170141183460469231731687303715884105727::hugeint as x")
    assert "cast x to double" in refused.value.hint
    with pytest.raises(QueryError, match="no column called 'nope'"):
        asked(case, "select nope from sources")


def test_how_rows_come_is_not_seen(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sql = "select range as n, 'text ' || range % 7 as t from range(200000) order by n"
    first = asked(case, sql)
    assert first == asked(case, sql)
    monkeypatch.setattr("logsleuth.case.store._FETCHED", 777)
    assert first == asked(case, sql)
    assert pq.ParquetFile(io.BytesIO(first)).metadata.num_row_groups == 4
    assert table(first)["n"].to_pylist() == list(range(200_000))


def test_rows_of_python_have_the_types_that_are_told() -> None:
    names, kinds = ["at", "text", "count", "share", "is"], (datetime, str, int, float, bool)
    naive = AT.replace(tzinfo=None)
    rows = [(AT, "a", 1, 0.5, True), (naive, "caf\udce9", None, 1, None)]
    found = table(told(names, rows, kinds))
    wanted = [UTC_TIME, pa.string(), pa.int64(), pa.float64(), pa.bool_()]
    assert found.schema.types == wanted
    assert found["at"].to_pylist() == [AT, AT]
    assert found["text"].to_pylist() == ["a", "caf\\udce9"]
    assert table(told(names, [], kinds)).schema.types == wanted
    assert told(names, rows, kinds) == told(names, rows, kinds)


def test_rows_without_types_tell_them_themselves() -> None:
    rows = [(1, None, timedelta(seconds=90.5), AT), (2, None, None, None)]
    found = table(told(["n", "n", "s", "at"], rows))
    assert found.column_names == ["n", "n_2", "s", "at"]
    assert found.schema.types == [pa.int64(), pa.string(), pa.float64(), UTC_TIME]
