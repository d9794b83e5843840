"""Pages of events: all of them in order, from either end, whatever is wanted of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from logsleuth.case import pages
from logsleuth.case.pages import ALL, BEGIN, END, Line, Place, Wanted, Way
from logsleuth.case.store import Case, open_case
from logsleuth.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WANTED = {
    "all": ALL,
    "served": Wanted(within="^served"),
    "not served": Wanted(without="served"),
    "grave": Wanted(level="warning"),
    "database": Wanted(role="database"),
    "two of them": Wanted(within="cart", role="application", also="1"),
}


@pytest.fixture
def opened(case: Path) -> Iterator[Case]:
    with open_case(case) as found:
        yield found


def walked(case: Case, wanted: Wanted, way: Way) -> list[Line]:
    place, found = (BEGIN if way == "forward" else END), list[Line]()
    while lines := pages.page(case, place, 7, wanted, way):
        found += lines if way == "forward" else reversed(lines)
        place = found[-1].place
    return found


@pytest.mark.parametrize("wanted", WANTED.values(), ids=WANTED)
def test_both_ways_meet_the_same_lines(opened: Case, wanted: Wanted) -> None:
    there = walked(opened, wanted, "forward")
    assert there == list(reversed(walked(opened, wanted, "backward")))
    assert there == sorted(there, key=lambda line: line.place)
    assert there


def test_every_event_is_met_once(opened: Case) -> None:
    events = opened.rows("select event_id from events")
    found = [line.event_id for line in walked(opened, ALL, "forward")]
    assert sorted(found) == sorted(row[0] for row in events)


def test_what_is_wanted_is_what_is_met(opened: Case) -> None:
    texts = [line.text for line in walked(opened, WANTED["two of them"], "forward")]
    assert all("cart" in text and "1" in text for text in texts)
    assert {line.role for line in walked(opened, WANTED["database"], "forward")} == {"database"}
    levels = {line.level for line in walked(opened, WANTED["grave"], "forward")}
    assert levels == {"error"}


def test_a_place_of_an_event_leads_to_it(opened: Case) -> None:
    for line in walked(opened, ALL, "forward")[::11]:
        place = pages.place_of(opened, line.event_id)
        assert place == line.place
        assert pages.page(opened, pages.just_before(place), 1) == (line,)


def test_what_isnt_there_is_refused(opened: Case) -> None:
    with pytest.raises(QueryError, match="no such event"):
        pages.place_of(opened, "0123456789ab:1")
    with pytest.raises(QueryError, match="missing"):
        pages.search(opened, BEGIN, "cart [")
    assert pages.search(opened, BEGIN, "nothing like it") is None


def test_lines_without_a_time_come_last() -> None:
    assert Line(Place(END.ts, 1, 1), "x:1", "application", None, "").ts is None
    assert BEGIN < Place(END.ts, 1, 1) < END
