"""Compiled readers: one query a shape, tried in order, and no text of a file inside them."""

from __future__ import annotations

import pytest

from logsleuth.case import columns, times
from logsleuth.case.readers import compile_reader
from logsleuth.formats import spec
from logsleuth.formats import times as layouts
from logsleuth.formats.reader import BoundField, BoundShape, Reader

MESSAGE = BoundField("message", "message", ("message",))


def test_each_shape_is_a_query() -> None:
    shape = BoundShape("pattern", (MESSAGE,), pattern="^(?P<message>.*)$")
    reader = Reader("x", "application", "end", (shape, shape))
    assert len(compile_reader(reader)) == 2


def test_quotes_in_constants_and_patterns_stay_inside_the_text() -> None:
    shape = BoundShape(
        "pattern", (MESSAGE,), pattern="^(?P<message>'; drop table records; --.*)$",
        constants={"level": "it's"},
    )  # fmt: skip
    query = compile_reader(Reader("x", "application", "end", (shape,)))[0]
    assert "'it''s'" in query
    assert "''; drop table records; --" in query


def test_every_type_of_a_field_has_its_sql() -> None:
    several = {"servers": "server", "statuses": "upstream_status", "seconds-list": "response_s"}
    for kind in spec.FIELD_TYPES:
        column = several.get(kind, "message")
        assert columns.read(kind, column, "x", layout="iso-utc").columns


@pytest.mark.parametrize("layout", [layout.name for layout in layouts.LAYOUTS])
def test_every_layout_of_time_has_its_sql(layout: str) -> None:
    assert "{" not in times.expression(layout, "x", 2026).replace("{2}", "")
