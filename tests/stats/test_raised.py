"""Where a series rose: found where it did, and next to nothing where it didn't."""

from __future__ import annotations

import numpy as np
import pytest

from logsleuth.stats.rise import rise


def test_a_step_up_and_down_again_is_found() -> None:
    values = np.random.default_rng(7).lognormal(0.0, 0.3, 600)
    values[200:450] *= 1.5
    held = rise(values)
    assert held is not None
    assert held.start == pytest.approx(200, abs=20)
    assert held.stop == pytest.approx(450, abs=20)
    assert held.depth > 3.0


def test_chance_keeps_to_the_bound() -> None:
    """2 exp(-2 x^2) of 400 series exceed x = 1.36 at most: one in twenty."""
    draw = np.random.default_rng(11)
    depths = [held.depth for _ in range(400) if (held := rise(draw.lognormal(0.0, 0.5, 300)))]
    assert len(depths) == 400
    assert np.mean(np.array(depths) > 1.36) <= 0.05
    assert max(depths) < 3.0


def test_a_fall_is_no_rise_before_its_end() -> None:
    held = rise([5.0] * 50 + [1.0] * 50)
    assert held is not None
    assert held.depth == pytest.approx(0.0)


@pytest.mark.parametrize("values", [[], [0.2], [0.2] * 40])
def test_values_that_are_all_alike_tell_nothing(values: list[float]) -> None:
    assert rise(values) is None
