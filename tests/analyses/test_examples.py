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


def test_examples_are_bad_ones_and_a_good_one_of_the_same_route(
    gathered: Callable[[Scene], Facts],
) -> None:
    facts = gathered(overload())
    drawn = examples.waterfalls(facts)
    assert drawn[0].why == "the median of those that went badly"
    assert len({one.event for one in drawn}) == len(drawn) <= 4
    good = drawn[-1]
    assert good.why.startswith("a good one")
    assert good.path == drawn[0].path
    assert good.started.timestamp() < facts.window.onset
    slowest = next(one for one in drawn if one.why == "the slowest")
    assert slowest.duration_s == pytest.approx(np.nanmax(facts.traffic.duration_s), abs=0.001)
