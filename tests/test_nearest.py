"""The nearest word is found, and nothing is asked where nothing is near."""

from __future__ import annotations

import pytest

from logsleuth.nearest import did_you_mean, nearest

KNOWN = ("slow-requests", "slowest-routes", "failures-by-server")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("slow_requests", "slow-requests"),
        ("SLOW-REQUEST", "slow-requests"),
        ("failure-by-server", "failures-by-server"),
        ("pool", None),
        ("", None),
    ],
)
def test_the_nearest_word(word: str, meant: str | None) -> None:
    assert nearest(word, KNOWN) == meant
    assert did_you_mean(word, KNOWN) == (f"did you mean {meant}?" if meant else "")


def test_equally_near_words_are_told_in_order_whatever_theirs_is() -> None:
    assert nearest("ax", ("ay", "az")) == nearest("ax", ("az", "ay"))
