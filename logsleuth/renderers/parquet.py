"""Rows as Parquet: the types of the columns are kept, and the same rows are the same bytes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from logsleuth.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyarrow as pa

# Rows in a group: what a reader has to have in memory at once.
_GROUP: Final = 64 << 10
_STORED: Final = ("primitive", "string", "binary", "decimal", "struct", "map")


def write_batches(sink: BinaryIO, batches: pa.RecordBatchReader) -> None:
    """Write batches of Arrow as they come; times without a zone are UTC, and become so stated."""
    schema = _storable(batches.schema)
    try:
        _write(sink, schema, (_fitted(batch, schema) for batch in batches))
    finally:
        # Where one was refused the rest is still to come, and would keep the case from closing.
        batches.close()


def write_rows(
    sink: BinaryIO, names: Sequence[str], rows: Iterable[Sequence[Any]], types: Sequence[type] = ()
) -> None:
    """Write rows of Python values; where types aren't given, the values tell them."""
    import pyarrow as pa

    held = [[_told(value) for value in row] for row in rows]
    columns = list(zip(*held, strict=True)) if held else [()] * len(names)
    if types:
        columns = [
            _texts(one) if kind is str else one for one, kind in zip(columns, types, strict=True)
        ]
    kinds = [_ARROW[kind]() for kind in types] if types else [_guessed(one) for one in columns]
    arrays = [pa.array(one, kind) for one, kind in zip(columns, kinds, strict=True)]
    schema = pa.schema(list(zip(_unique(names), kinds, strict=True)))
    _write(sink, schema, [pa.record_batch(arrays, schema=schema)])


def _write(sink: BinaryIO, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        for group in _groups(batches):
            # In one piece: where batches were put together must not be seen either.
            table = pa.Table.from_batches(group, schema).combine_chunks()
            writer.write_table(table, row_group_size=_GROUP)


def _groups(batches: Iterable[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    """Put batches together and cut them to one size: how they come must not be seen."""
    held: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        rest = batch
        while count + rest.num_rows >= _GROUP:
            yield [*held, rest.slice(0, _GROUP - count)]
            rest = rest.slice(_GROUP - count)
            held, count = [], 0
        held, count = [*held, rest], count + rest.num_rows
    if count:
        yield held


def _storable(schema: pa.Schema) -> pa.Schema:
    import pyarrow as pa

    names = _unique(schema.names)
    return pa.schema(
        [pa.field(name, _kept(one.type)) for name, one in zip(names, schema, strict=True)]
    )


def _kept(kind: pa.DataType) -> pa.DataType:
    """The type that Parquet has for one of Arrow's; those that it lacks are told as texts."""
    import pyarrow as pa
    from pyarrow import types

    if types.is_timestamp(kind):
        return pa.timestamp("us", "UTC")
    if types.is_interval(kind):
        return pa.float64()
    if types.is_list(kind):
        return pa.list_(_kept(kind.value_type))
    if types.is_dictionary(kind):
        return _kept(kind.value_type)
    # A sum of whole numbers is a HUGEINT, which Arrow has as such a decimal.
    if kind == pa.decimal128(38, 0):
        return pa.int64()
    return kind if any(getattr(types, f"is_{one}")(kind) for one in _STORED) else pa.string()


def _fitted(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    import pyarrow as pa

    arrays = [
        _cast(name, column, field.type)
        for name, column, field in zip(schema.names, batch.columns, schema, strict=True)
    ]
    return pa.record_batch(arrays, schema=schema)


def _cast(name: str, column: pa.Array, kind: pa.DataType) -> pa.Array:
    import pyarrow as pa

    if pa.types.is_interval(column.type):
        return pa.array(
            [None if one is None else _seconds(one) for one in column.to_pylist()], kind
        )
    try:
        return column if column.type == kind else column.cast(kind)
    except pa.ArrowException as error:
        message = f"{name}: Parquet has no place for these values ({error})".splitlines()[0]
        raise UsageError(message, hint=f"cast {name} to double or varchar in SQL") from error


def _seconds(span: Any) -> float:
    # Months have no length, and a case has none.
    return float(span.days * 86400 + span.nanoseconds / 1e9)


def _unique(names: Sequence[str]) -> list[str]:
    keys: list[str] = []
    for name in names:
        tries = [name, *(f"{name}_{n}" for n in range(2, len(names) + 2))]
        keys.append(next(key for key in tries if key not in keys))
    return keys


def _told(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    return value


def _texts(values: Sequence[Any]) -> tuple[str | None, ...]:
    # A column of facts has figures among its words.
    return tuple(None if value is None else str(value) for value in values)


def _guessed(values: Sequence[Any]) -> pa.DataType:
    import pyarrow as pa

    kind = pa.array(values).type
    return pa.string() if pa.types.is_null(kind) else _kept(kind)


def _arrow(name: str, *arguments: str) -> Any:
    def make() -> pa.DataType:
        import pyarrow as pa

        return getattr(pa, name)(*arguments)

    return make


_ARROW: Final = {
    str: _arrow("string"),
    bytes: _arrow("binary"),
    int: _arrow("int64"),
    float: _arrow("float64"),
    bool: _arrow("bool_"),
    datetime: _arrow("timestamp", "us", "UTC"),
}
