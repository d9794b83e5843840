"""Times as people type them, and what is refused because it could be another."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from logsleuth.errors import UsageError
from logsleuth.moments import Reach, between, read, span, zone

BERLIN = zone("Europe/Berlin")
FIRST = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
LAST = datetime(2026, 3, 1, 10, 40, tzinfo=UTC)
DAY = Reach(FIRST, LAST)
NIGHT = Reach(datetime(2026, 3, 1, 22, 0, tzinfo=UTC), datetime(2026, 3, 2, 3, 0, tzinfo=UTC))
WEEK = Reach(FIRST, LAST + timedelta(days=6))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("2026-03-01T10:14:05Z", "2026-03-01T10:14:05"),
        ("2026-03-01 11:14+01:00", "2026-03-01T10:14:00"),
        ("2026-03-01 9:14", "2026-03-01T09:14:00"),
        ("2026-03-01", "2026-03-01T00:00:00"),
        ("10:31", "2026-03-01T10:31:00"),
        ("9:05:30.25", "2026-03-01T09:05:30.250000"),
        ("11:31+01:00", "2026-03-01T10:31:00"),
        ("yesterday 10:00", "2026-02-28T10:00:00"),
        ("Today at 10:00", "2026-03-01T10:00:00"),
        ("today", "2026-03-01T00:00:00"),
        ("now", "2026-03-01T10:40:00"),
        ("30 min ago", "2026-03-01T10:10:00"),
        ("-30m", "2026-03-01T10:10:00"),
        ("1h 30m ago", "2026-03-01T09:10:00"),
        ("2 days ago", "2026-02-27T10:40:00"),
    ],
)
def test_times_as_people_type_them(said: str, told: str) -> None:
    found = read(said, DAY)
    assert found.replace(tzinfo=None).isoformat() == told
    assert found.utcoffset() == timedelta(0)


def test_a_zone_says_what_times_without_one_are() -> None:
    here = Reach(FIRST, LAST, BERLIN)
    assert read("11:31", here) == datetime(2026, 3, 1, 10, 31, tzinfo=UTC)
    assert read("2026-07-01T12:00", here) == datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
    assert read("10:31Z", here) == datetime(2026, 3, 1, 10, 31, tzinfo=UTC)
    # In Berlin the last line is of the next day already.
    late = Reach(FIRST, datetime(2026, 3, 1, 23, 30, tzinfo=UTC), BERLIN)
    assert read("yesterday 12:00", late) == datetime(2026, 3, 1, 11, 0, tzinfo=UTC)


def test_of_a_night_most_times_are_of_one_day_only() -> None:
    assert read("23:30", NIGHT) == datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert read("2:30", NIGHT) == datetime(2026, 3, 2, 2, 30, tzinfo=UTC)


def test_a_time_of_several_days_is_asked_back_with_the_days() -> None:
    with pytest.raises(UsageError, match="of which day") as asked:
        read("10:31", WEEK)
    assert "2026-03-01, 2026-03-02, 2026-03-03, 2026-03-04, 2026-03-05 and more" in str(asked.value)
    assert asked.value.hint == "for example 2026-03-01T10:31"
    with pytest.raises(UsageError, match=r"2026-03-01, 2026-03-02$"):
        read("12:00", NIGHT)


@pytest.mark.parametrize(
    "said",
    ["", "noon", "25:10", "10:61", "10", "-", "-x", "3 parsecs ago", "ago", "yesterday noon",
     "2026-02-30", "0001-01-01", "9999-12-31", "9" * 30 + "d ago", "2026-03-01T10:14:05Z\x1b[2J"],
)  # fmt: skip
def test_what_is_no_time_is_refused(said: str) -> None:
    with pytest.raises(UsageError) as refused:
        read(said, DAY)
    assert refused.value.hint


def test_hours_at_which_clocks_are_set() -> None:
    here = Reach(FIRST, LAST, BERLIN)
    with pytest.raises(UsageError, match="set forward"):
        read("2026-03-29T02:30", here)
    with pytest.raises(UsageError, match="twice") as twice:
        read("2026-10-25T02:30", here)
    for said, hour in (("2026-10-25T02:30+0200", 0), ("2026-10-25T02:30+0100", 1)):
        assert said in twice.value.hint
        assert read(said, here) == datetime(2026, 10, 25, hour, 30, tzinfo=UTC)


def test_evidence_without_times_tells_nothing() -> None:
    for said in ("10:31", "now", "30 min ago", "yesterday 10:00"):
        with pytest.raises(UsageError):
            read(said, Reach(None, None))
    assert read("2026-03-01T10:31", Reach(None, None)).hour == 10


def test_a_stretch_has_a_beginning_and_then_an_end() -> None:
    begin = datetime(2026, 3, 1, 10, 14, tzinfo=UTC)
    assert between("10:14", "+5m", DAY) == (begin, begin + timedelta(minutes=5))
    assert between("10:14", None, DAY) == (begin, None)
    assert between(None, "10:14", DAY) == (None, begin)
    for since, until in (("10:14", "10:14"), ("10:14", "9:00"), (None, "+5m"), ("10:14", "+x")):
        with pytest.raises(UsageError):
            between(since, until, DAY)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("1h 30m", 5400), ("1.5h", 5400), ("2 days", 172800)]
)
def test_lengths_of_time(text: str, seconds: int) -> None:
    assert span(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("name", ["", "Europe/Berln", "../../etc/passwd", "/etc/passwd", "+2"])
def test_what_is_no_zone(name: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(name)}$"):
        zone(name)


def test_zones() -> None:
    assert zone("utc") is UTC
    assert zone("-05:30").utcoffset(None) == -timedelta(hours=5, minutes=30)
