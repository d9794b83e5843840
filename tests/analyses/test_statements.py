"""Statements of one kind are counted as one, on both sides of the onset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from logsleuth.analyses import database
from logsleuth.case import library
from tests.analyses.traffic_builder import BEGIN, Scene, window

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.case.store import Case

CARTS = "select * from carts where id = ?"


def fingerprints(case: Case) -> list[str]:
    return [s.fingerprint for s in database.examine(case, window(60.0)).statements]


def said(*texts: str) -> Scene:
    scene = Scene(1, 0)
    for at, text in enumerate(texts, 65):
        scene.statement(at, text, 1.0)
    return scene


@pytest.mark.parametrize(
    "text",
    [
        "select * from carts where id = 17",
        "select * from carts where id = 17.5;",
        "select * from carts where id = 'it''s mine'",
        "select * from carts where id = ''",
        "select * from carts where id = $1",
        "select  *\n\tfrom carts\n where id = 17 ;",
        "/* web-1 9f3a1c44 */ select * from carts where id = 17",
        "select * from carts -- all of them\n where id = 17",
    ],
)  # fmt: skip
def test_literals_comments_and_tails_make_no_other_statement(
    case_of: Callable[[Scene], Case], text: str
) -> None:
    assert fingerprints(case_of(said(text, "select * from carts where id = 3"))) == [CARTS]


@pytest.mark.parametrize(
    "text",
    [
        "select * from carts2 where id = 17",
        "select * from t1.carts where id = 17",
        "select id from carts where id = 17",
    ],
)
def test_another_table_or_column_is_another_statement(
    case_of: Callable[[Scene], Case], text: str
) -> None:
    assert len(fingerprints(case_of(said(text, "select * from carts where id = 3")))) == 2


@pytest.mark.parametrize(
    "pair",
    [
        ("select 1 from a where k = 'x--1' and n = 1", "select 1 from a where k = 'y' and n = 2"),
        ("select 1 from a where k = 'x/*' and m = '*/'", "select 1 from a where k = '' and m = ''"),
        ("/* one\n two */ select 1 from a", "select 2 from a"),
        ("select 1 from a where k in (1, 2)", "select 1 from a where k in (1, 2, 3)"),
    ],
    ids=["dashes", "stars", "lines", "lists"],
)
def test_what_differs_in_writing_only_is_one_statement(
    case_of: Callable[[Scene], Case], pair: tuple[str, str]
) -> None:
    assert len(fingerprints(case_of(said(*pair)))) == 1


def test_both_sides_of_the_onset_are_counted_and_timed(case_of: Callable[[Scene], Case]) -> None:
    scene = Scene(1, 0)
    for at, took in ((10, 1.0), (20, 3.0), (61, 4.0), (62, 6.0), (63, 8.0), (95, 9.0)):
        scene.statement(at, f"select * from carts where id = {at}", took, user_name="shop")
    [one] = database.examine(case_of(scene), window(60.0, 90.0)).statements
    assert (one.fingerprint, one.user_name) == (CARTS, "shop")
    assert (one.calls_before, one.calls_during) == (2, 3)
    assert (one.busy_before_s, one.busy_during_s) == pytest.approx((4.0, 18.0))
    assert (one.median_before_s, one.median_during_s) == pytest.approx((2.0, 6.0))
    assert one.first_started == pytest.approx(BEGIN + 61, abs=0.01)
    assert one.first_event != one.longest_event


def test_a_statement_counts_from_when_it_began(case_of: Callable[[Scene], Case]) -> None:
    scene = Scene(1, 0)
    scene.statement(57.0, "select 1", 30.0)
    [one] = database.examine(case_of(scene), window(60.0)).statements
    assert (one.calls_before, one.calls_during) == (1, 0)
    assert one.first_started == pytest.approx(BEGIN + 57, abs=0.01)


def test_the_busiest_comes_first_and_what_has_no_time_is_left_out(
    case_of: Callable[[Scene], Case],
) -> None:
    scene = said("select a", "select b", "select b")
    scene.say("database", 70.0, "duplicate key", statement="insert into a values (1)")
    facts = database.examine(case_of(scene), window(60.0, 120.0))
    assert [s.fingerprint for s in facts.statements] == ["select b", "select a"]
    assert (facts.events, facts.timed) == (4, 3)
    assert facts.busy(60.0, 60.0) == pytest.approx((0.0, 3.0 / 60.0))


def test_an_empty_log_has_nothing_to_say(case_of: Callable[[Scene], Case]) -> None:
    facts = database.examine(case_of(Scene(2, 5)), window(60.0))
    assert (facts.events, facts.timed, facts.statements) == (0, 0, ())
    assert (facts.since, facts.until, facts.product, facts.name) == (None, None, None, None)


def test_the_shipped_query_counts_the_same_kinds(case_of: Callable[[Scene], Case]) -> None:
    """Who follows a check's query should find the statement that the check speaks of."""
    case = case_of(said("select 1 from a where k in (1, 2)", "select 9 from a where k in (7)"))
    query = library.find(library.load(), "slowest-statements")
    names, rows = library.run(case, query, {})
    assert [row[names.index("fingerprint")] for row in rows] == fingerprints(case)
