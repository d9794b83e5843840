"""The examples of the document: bad requests beside a good one, and where the time went."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth.analyses import examples
from tests.analyses.test_waits import overload

if TYPE_CHECKING:
    from collections.abc import Callable

    from logsleuth.analyses.facts import Facts
    from tests.analyses.traffic_builder import Scene


def test_the_document_has_every_server_and_all_together(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(overload())
    where = examples.where_time(facts)
    assert [one.server for one in where.servers] == [None, "web-1", "web-2", "web-3", "web-4"]
    parts = {part.part: part for part in where.servers[2].parts}
    assert "queue" not in parts
    assert parts["gap"].during_median_s == pytest.approx(2.0, abs=0.01)
    rows = facts.case.rows(where.query)
    assert {row[0] for row in rows} == {"before", "during"}


def test_a_healthy_one_stands_before_a_failing_one_and_the_worst(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(overload())
    drawn = examples.waterfalls(facts)
    assert [one.why for one in drawn[:3]] == [examples.HEALTHY, examples.FAILING, examples.WORST]
    good, failing, worst = drawn[:3]
    assert len({one.event for one in drawn}) == len(drawn) <= 4
    assert good.path == failing.path
    assert not good.failed
    assert good.started.timestamp() < facts.window.onset <= failing.started.timestamp()
    assert worst.duration_s == pytest.approx(np.nanmax(facts.traffic.duration_s), abs=0.001)


def test_without_an_incident_there_are_a_usual_one_and_the_slowest(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(overload())
    usual, slowest = examples.calm_waterfalls(facts.case, facts.traffic)
    times = facts.traffic.duration_s
    assert usual.duration_s == pytest.approx(np.nanmedian(times), rel=0.05)
    assert slowest.duration_s == pytest.approx(np.nanmax(times), abs=0.001)
    assert usual.why.startswith("typical")
    assert slowest.why.startswith("the worst")
