"""Where texts stand in an array."""

from __future__ import annotations

import numpy as np

from logsleuth.stats.arrays import positions_by


def test_every_position_is_under_its_own_text() -> None:
    names = np.array(["b", "a", "b", "", "a", "b"], dtype=object)
    found = {name: at.tolist() for name, at in positions_by(names).items()}
    assert found == {"b": [0, 2, 5], "a": [1, 4], "": [3]}


def test_of_nothing_there_are_no_positions() -> None:
    assert positions_by(np.array([], dtype=object)) == {}
