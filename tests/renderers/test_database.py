"""What the page tells of the databases' logs: the incident beside the time before it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from logsleuth.renderers import database, html
from tests.renderers import builder, scene

if TYPE_CHECKING:
    from logsleuth.model import Investigation


def test_a_kind_of_statement_stands_beside_what_it_was_before(rich: Investigation) -> None:
    carts, rest = database.statements(rich)
    # From 10:14:00 to 10:31:40 in bins of 10 s, two in each; before, the first eleven had one.
    assert carts.calls == 212
    assert carts.took_s == pytest.approx(31.8)
    assert carts.mean_s == carts.before_mean_s == pytest.approx(0.15)
    assert carts.calls_a_minute == pytest.approx(12)
    assert carts.before_calls_a_minute == pytest.approx(60 * (2 * 94 - 11) / 940)
    assert (carts.longest, carts.who) == (scene.SLOW, ("shop on orders",))
    assert rest.fingerprint == "all others"


def test_what_is_not_over_goes_on_to_the_end_of_the_log() -> None:
    told = builder.unexplained()
    log = told.series.database
    assert log is not None
    carts = database.statements(told)[0]
    assert carts.calls == sum(log.statements[0].calls) - (2 * 94 - 11)


def test_without_an_incident_there_is_no_before(rich: Investigation) -> None:
    calm = dataclasses.replace(rich, incident=None)
    carts = database.statements(calm)[0]
    log = calm.series.database
    assert log is not None
    assert carts.calls == sum(log.statements[0].calls)
    assert carts.before_calls_a_minute is carts.before_mean_s is None
    assert [one.before_a_minute for one in database.words(calm)] == [None, None]
    assert "→" not in section(html.render(calm))


def test_a_database_alone_is_told(rich: Investigation) -> None:
    log = rich.series.database
    assert log is not None
    alone = dataclasses.replace(builder.empty().series, database=log)
    page = section(html.render(dataclasses.replace(builder.empty(), series=alone)))
    assert "select * from carts where id = ?" in page
    assert "deadlock detected" in page


def test_no_log_of_a_database_says_so() -> None:
    assert "No log of a database" in section(html.render(builder.empty()))
    assert database.statements(builder.empty()) == []
    assert database.words(builder.empty()) == []


def test_lines_are_told_with_their_level_and_rate(rich: Investigation) -> None:
    deadlock, rest = database.words(rich)
    assert (deadlock.level, deadlock.lines, deadlock.first) == ("error", 106, scene.SLOW)
    assert deadlock.a_minute == pytest.approx(6)
    assert (rest.text, rest.level) == ("all others", "any")


def section(page: str) -> str:
    part = page[page.index('<section id="database"') :]
    return part[: part.index("</section>")]
