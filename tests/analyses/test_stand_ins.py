"""Backups serve in the silences of another server; who serves after its last request is back."""

from __future__ import annotations

import numpy as np

from logsleuth.analyses.stand_ins import in_silences

SILENCE = np.arange(10.0, 25.0, 0.5)


def test_what_comes_in_a_silence_comes_as_to_backups() -> None:
    hot = np.concatenate([np.arange(0.0, 10.0, 0.1), np.arange(25.0, 35.0, 0.1)])
    assert in_silences(hot, SILENCE) == 1.0
    assert (in_silences(hot, np.arange(0.05, 30.0, 0.5)) or 0.0) < 0.6


def test_what_comes_while_a_queue_is_worked_off_at_the_end_does_not() -> None:
    hot = np.concatenate([np.arange(0.0, 10.0, 0.1), [25.0, 25.2]])
    assert in_silences(hot, SILENCE) is None


def test_nor_does_what_came_before_its_first_request() -> None:
    assert in_silences(np.arange(25.0, 35.0, 0.1), SILENCE) is None
