"""Statements of one kind have one fingerprint, whatever their dialect, and others have others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from logsleuth.case.store import open_case, write_case

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from logsleuth.case.store import Case

# A fingerprint, and statements that have it.
KINDS: Final = {
    "select * from t where id = ?": (
        "SELECT * FROM t WHERE id = 1", "select *\n  from t  where id = 22 ;",
        "SELECT * FROM t WHERE id = -3", "SELECT * FROM t WHERE id = $1",
        "select * from t where id=?", "select * from t where id = 0xFF",
        "select * from t where id = 'a''b'", "select * from t where id = 'a\\'b'",
        "select * from t where id = 1.5e-3", "SELECT * FROM t WHERE id = %s",
        "SELECT * FROM t WHERE id = %(id)s", "SELECT * FROM t WHERE id = :id",
        "SELECT * FROM t WHERE id = @p1", "select * from t where id = N'x'",
        "select * from t where id = x'1f'", "select * from t where id = E'a\\'b'",
        "select * from t where id = $$it's$$", "select * from t where id = $x$it's$x$",
        "select * from t where id = 'cut off in the mid",
        "/* it's web:7 */ select * from t where id = '--' -- it's late",
        'select * from t where id = "x"',
    ),
    "select a from t where b in (?)": (
        "select a from t where b in (1)", "select a from t where b IN (1, 2,3)",
        "select a from t where b in ('x', $2)", "select a from t where b in ( -1 , NULL )",
        "select a from t where b in (%s, %s)",
    ),
    "select a from t where b = any(array[?])": (
        "select a from t where b = any(array['x','y'])", "select a from t where b = any(ARRAY[1])",
    ),
    "insert into t (a, b) values (?)": (
        "insert into t (a,b) values (1,'x')", "INSERT INTO t (a, b) VALUES ($1,$2)",
        "insert into t (a,b) values (1,'x'), (2,NULL),(3,DEFAULT)",
    ),
    "insert into t (a, b) values (now(), ?)": (
        "insert into t (a,b) values (now(), 'x')",
        "insert into t (a,b) values (now(), 'x'), (now(), 'y')",
    ),
    "select f from `t` where a = ?": ('select f from `t` where a = "x, y"',),
    'select "a" from "t" where "t"."a" = "u"."b"': (
        'select "a" from "t" where "t"."a" = "u"."b"',
    ),
    'shop.orders {"find":?, "filter":{"c":?, "n":?}}': (
        'shop.orders {"find":"orders","filter":{"c":"abc","n":5}}',
        'shop.orders {"find":"orders","filter":{"c":"x\\"y","n":61}}',
    ),
    "select a from t limit ?": ("select a from t limit 10", "select a from t limit :rows"),
    "select a from t limit ? offset ?": ("select a from t limit 10 offset 20",),
    "select * from t1 where t1.c2 = ?": ("select * from t1 where t1.c2 = 3",),
    "select a from t where b is null": ("select a from t where b IS NULL",),
    "select ?": ("select 1", "SELECT 'x'"),
}  # fmt: skip


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    path: Path = tmp_path_factory.mktemp("empty") / "case.duckdb"
    with write_case(path):
        pass
    with open_case(path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("fingerprint", "statement"),
    [(kind, statement) for kind, statements in KINDS.items() for statement in statements],
)
def test_what_differs_in_its_values_only_has_one_fingerprint(
    fingerprint: str, statement: str, case: Case
) -> None:
    found = case.row("select fingerprint_of($statement::varchar)", {"statement": statement})
    assert found == (fingerprint,)
