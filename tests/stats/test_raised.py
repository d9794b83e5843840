"""The stretch that lies higher is found where there is one, and next to nothing elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from logsleuth.stats.raised import raised


def test_a_step_up_and_down_again_is_found() -> None:
    values = np.random.default_rng(7).lognormal(0.0, 0.3, 600)
    values[200:450] *= 1.5
    held = raised(values)
    assert held is not None
    assert held.start == pytest.approx(200, abs=20)
    assert held.stop == pytest.approx(450, abs=20)
    assert held.depth > 3.0


def test_chance_keeps_to_the_bound() -> None:
    """2 exp(-2 x^2) of all series exceed x = 1.36, one in twenty, to three errors."""
    draw = np.random.default_rng(11)
    held = [raised(draw.lognormal(0.0, 0.5, 300)) for _ in range(2000)]
    depths = np.array([one.depth for one in held if one is not None])
    assert len(depths) == 2000
    assert 0.03 < (depths > 1.36).mean() < 0.065
    assert depths.max() < 3.0


@pytest.mark.parametrize(
    ("levels", "start", "stop"),
    [((1.0, 5.0), 50, 100), ((5.0, 1.0), 0, 50), ((1.0, 5.0, 1.0), 50, 100)],
)
def test_it_may_begin_before_or_end_after_what_is_known(
    levels: tuple[float, ...], start: int, stop: int
) -> None:
    held = raised(np.repeat(levels, 50))
    assert held is not None
    assert (held.start, held.stop) == (start, stop)


@pytest.mark.parametrize("values", [[], [0.2], [0.2] * 40])
def test_values_that_are_all_alike_tell_nothing(values: list[float]) -> None:
    assert raised(values) is None
