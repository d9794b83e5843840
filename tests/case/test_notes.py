from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from logsleuth.case import notes
from logsleuth.case.store import open_case, write_case
from logsleuth.errors import CaseError, UsageError
from logsleuth.moments import zone

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "case.duckdb"
    with write_case(path):
        pass
    return path


def read(path: Path) -> list[tuple[int, str, str]]:
    with open_case(path) as opened:
        return [(one.number, f"{one.ts:%H:%M:%S%z}", one.text) for one in notes.read(opened)]


def test_notes_are_kept_in_order_of_time(case: Path) -> None:
    notes.add(case, "2026-03-01T10:31Z", "rolled back")
    notes.add(case, "2026-03-01 11:18:30+01:00", "paged")
    assert read(case) == [(2, "10:18:30+0000", "paged"), (1, "10:31:00+0000", "rolled back")]


def test_a_note_can_be_dropped_by_its_number(case: Path) -> None:
    for text in ("one", "two"):
        notes.add(case, "2026-03-01T10:31", text)
    notes.drop(case, 1)
    assert [text for _, _, text in read(case)] == ["two"]
    with pytest.raises(UsageError, match="has no note 1"):
        notes.drop(case, 1)


def test_a_case_from_before_there_were_notes_has_none_and_takes_some(case: Path) -> None:
    with duckdb.connect(str(case)) as connection:
        connection.execute("drop table notes")
    assert read(case) == []
    notes.add(case, "2026-03-01T10:31", "rolled back")
    assert len(read(case)) == 1


def test_times_are_of_the_zone_that_is_told(case: Path) -> None:
    notes.add(case, "2026-03-01 11:18:30", "paged", zone("Europe/Berlin"))
    assert read(case) == [(1, "10:18:30+0000", "paged")]


@pytest.mark.parametrize("said", ["25:10", "noon", "", "2026-03-01", "yesterday", "10:61"])
def test_what_is_no_time_is_refused(case: Path, said: str) -> None:
    with pytest.raises(UsageError, match=r"no time|a time is wanted|of which day"):
        notes.add(case, said, "paged")
    assert read(case) == []


@pytest.mark.parametrize("text", ["", "  ", "x" * (notes.LONGEST + 1)])
def test_a_note_says_something_and_comes_to_an_end(case: Path, text: str) -> None:
    with pytest.raises(UsageError, match="characters"):
        notes.add(case, "2026-03-01T10:31", text)


def test_nothing_is_made_where_there_is_no_case(tmp_path: Path) -> None:
    path = tmp_path / "none.duckdb"
    with pytest.raises(CaseError):
        notes.add(path, "2026-03-01T10:31", "x")
    assert not path.exists()
