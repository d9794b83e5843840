from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest

from logsleuth.model import CitedEvent
from logsleuth.renderers import stamps, zones
from tests.renderers import builder

DAY = datetime(2026, 3, 1, 0, 0, tzinfo=UTC)


def told(*lines: tuple[str, str]) -> int | None:
    """What lines of a path, written at 22:14:08 UTC, tell of the zone that they are in."""
    ts = datetime(2026, 3, 1, 22, 14, 8, 120_000, tzinfo=UTC)
    cited = tuple(
        CitedEvent(f"0123456789ab:{place}", path, place, ts, text)
        for place, (path, text) in enumerate(lines, 1)
    )
    return zones.written_in(dataclasses.replace(builder.rich(), cited=cited))


EDGE, APP = "evidence/edge/access.log", "evidence/app/app-1.log"


@pytest.mark.parametrize(
    ("line", "offset"),
    [
        ('198.51.100.7 - - [01/Mar/2026:22:14:08 +0000] "GET /"', 0),
        ("Mar  2 00:14:08 edge haproxy[9]:", 120),
        ("2026-03-01 17:14:05.001 a request takes a while", -300),
        ("2026-03-02T03:44:08 half an hour more", 330),
        ("2026-03-02 11:14:08 far in the east", 780),
        ("2026-03-01 22:24:30 a clock that is off by ten minutes", None),
        ("no time at all 99:99:99", None),
    ],
)
def test_a_line_tells_the_zone_that_it_is_written_in(line: str, offset: int | None) -> None:
    assert told((EDGE, line)) == offset


def test_the_balancers_lines_come_first_and_the_most_decide() -> None:
    berlin, here = "Mar  1 23:14:08", "Mar  1 22:14:08"
    assert told((APP, berlin), (APP, berlin), (EDGE, here)) == 0
    assert told((EDGE, berlin), (EDGE, berlin), (EDGE, here)) == 60
    assert told((EDGE, berlin), (EDGE, here)) is None
    assert told() is None


def test_times_in_sentences_are_elements_where_they_say_utc() -> None:
    assert stamps.dated("reload at 10:14:04 UTC", DAY) == (
        'reload at <time datetime="2026-03-01T10:14:04.000Z" data-form="clock" data-zoned>'
        "10:14:04 UTC</time>"
    )
    both = stamps.dated("from 2026-03-01 10:14:04.5 to 2026-03-02 00:00:01 UTC", None)
    assert both.count("<time ") == 2
    assert both.endswith("2026-03-02 00:00:01 UTC</time>")


@pytest.mark.parametrize(
    "text",
    [
        "said at 10:14:04 by another clock",
        "2026-03-01 10:14:04.120 CET LOG: ready",
        "29:14:04 UTC",
        "2026-13-01 10:14:04 UTC",
        "10:14:04 UTC+02:00",
    ],
)
def test_other_times_stay_as_they_are_written(text: str) -> None:
    assert stamps.dated(text, DAY) == text


def test_a_time_of_an_unknown_day_stays() -> None:
    assert stamps.dated("at 10:14:04 UTC", None) == "at 10:14:04 UTC"


def test_sentences_are_escaped() -> None:
    assert stamps.dated("<b>\x1b 10:14:04 UTC </b>", DAY).startswith("&lt;b&gt;⟨ESC⟩ <time ")
