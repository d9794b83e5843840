from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest

from logsleuth.renderers import wording


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.138, "13.8 %"),
        (0.0031, "0.31 %"),
        (0.00001, "< 0.01 %"),
        (0.0, "0 %"),
        (1.0, "100 %"),
        (None, "–"),
        (math.nan, "–"),
    ],
)
def test_percent(value: float | None, said: str) -> None:
    assert wording.percent(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.31, "310 ms"), (4.212, "4.21 s"), (75.0, "1 min 15 s"), (None, "–"), (math.inf, "–")],
)
def test_seconds(value: float | None, said: str) -> None:
    assert wording.seconds(value) == said


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(minutes=17, seconds=35), "17 min 35 s"),
        (timedelta(hours=2), "2 h"),
        (timedelta(days=1, hours=3, minutes=9), "1 d 3 h"),
        (timedelta(), "0 s"),
    ],
)
def test_lasting(span: timedelta, said: str) -> None:
    assert wording.lasting(span) == said


def test_offsets_have_a_sign() -> None:
    origin = datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert wording.offset(origin - timedelta(milliseconds=400), origin) == "−400 ms"
    assert wording.offset(origin + timedelta(minutes=5), origin) == "+5 min"
    assert wording.offset(origin, origin) == "+0 s"


def test_every_time_is_said_in_utc() -> None:
    berlin = timezone(timedelta(hours=1))
    assert wording.moment(datetime(2026, 3, 1, 0, 30, tzinfo=berlin)) == "2026-02-28 23:30:00"
    naive = datetime(2026, 3, 1, 0, 30, 0, 120_000)  # noqa: DTZ001 - a case holds such times
    assert wording.moment(naive) == "2026-03-01 00:30:00.120"
    assert wording.moment(None) == "–"


@pytest.mark.parametrize(
    ("value", "said"),
    [(48_211.7, "48,212"), (0.012, "0.012"), (-0.0002, "−0.0002"), (math.inf, "∞"), (None, "–")],
)
def test_number(value: float | None, said: str) -> None:
    assert wording.number(value) == said
    assert wording.number(-math.inf) == "−∞"


def test_a_tiny_p_value_is_only_called_small() -> None:
    assert wording.p_clause(6e-100) == "p < 0.0001"
    assert wording.p_clause(0.0314) == "p = 0.031"
    assert wording.p_value(None) == "–"


def test_things_are_counted_with_their_noun() -> None:
    assert wording.counted(1, "file") == "1 file"
    assert wording.counted(1200, "line") == "1,200 lines"
    assert wording.confidence(0.93) == "93 %"
    assert wording.confidence(math.nan) == "–"


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "–"), (0, "0 B"), (731, "731 B"), (999.4, "999 B"), (999.6, "1 kB"),
     (506_100, "506 kB"), (13_400_000, "13.4 MB"), (2.5e12, "2.5 TB"), (float("nan"), "–")],
)  # fmt: skip
def test_sizes_are_said_in_thousands(value: float | None, said: str) -> None:
    assert wording.size(value) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [("the balancer sent", "The balancer sent"), ("app-1 fails", "app-1 fails"), ("", ""),
     ("10.0.0.1 fails", "10.0.0.1 fails"), ("Three servers", "Three servers")],
)  # fmt: skip
def test_sentences_begin_with_a_capital_but_names_stay(text: str, said: str) -> None:
    assert wording.capital(text) == said
