"""Who could be chosen when: by the logs, by silence, and with a weight that grows again."""

from __future__ import annotations

import numpy as np
import pytest

from logsleuth.analyses.changes import Change
from logsleuth.analyses.eligibility import Out, expected_shares, factors, outs

NAMES = ("a", "b", "c", "d")
USUAL = dict.fromkeys(NAMES, 0.25)
STARTED = np.arange(400) * 0.25  # four a second, 100 s


def change(ts: float, kind: str, target: str) -> Change:
    return Change("e", ts, "balancer", kind, target, "web", "")


def test_all_that_get_their_turn_are_in() -> None:
    assert outs(STARTED, np.arange(400) % 4, NAMES, (), USUAL) == ()


def test_a_log_tells_when_a_server_went_and_came_back() -> None:
    told = [change(20, "server-down", "b"), change(30, "server-up", "b")]
    server = np.where((STARTED >= 20) & (STARTED < 30), 0, np.arange(400) % 4)
    [out, *_] = [o for o in outs(STARTED, server, NAMES, told, USUAL) if o.server == "b"]
    assert out == Out("b", 20, 30, "log")


def test_without_a_line_it_is_back_when_it_is_chosen_again() -> None:
    server = np.arange(400) % 4
    server[(server == 1) & (STARTED >= 20) & (STARTED < 30)] = 0
    told = [change(20.0, "server-down", "b"), change(20.4, "server-down", "b")]
    [out] = [o for o in outs(STARTED, server, NAMES, told, USUAL) if o.basis == "log"]
    assert [out.since, out.until] == pytest.approx([20, 30], abs=1)


def test_silence_of_a_server_that_should_have_had_many_is_an_absence() -> None:
    server = np.arange(400) % 4
    server[(server == 2) & (STARTED >= 40) & (STARTED < 60)] = 3
    [out] = outs(STARTED, server, NAMES, (), USUAL)
    assert (out.server, out.basis) == ("c", "silence")
    assert [out.since, out.until] == pytest.approx([40, 60], abs=1)


def test_a_server_that_gets_little_all_the_time_is_starved_and_not_out() -> None:
    server = np.where(np.arange(400) % 40 == 0, 1, np.arange(400) % 2 * 2)
    assert [o.server for o in outs(STARTED, server, NAMES, (), USUAL)] == ["d"]


def test_a_moment_is_no_absence() -> None:
    quick = np.arange(400) * 0.002
    server = np.arange(400) % 4
    server[100:200] = 0
    assert outs(quick, server, NAMES, (), USUAL) == ()


def test_weights_are_shared_among_those_that_were_in() -> None:
    able = factors(np.array([0.0, 10.0]), NAMES, [Out("a", 5.0, 15.0, "log")], {})
    shares = expected_shares(np.array([3.0, 1.0, 1.0, 1.0]), able)
    assert shares is not None
    assert shares.tolist() == pytest.approx([0.25, 0.25, 0.25, 0.25])


def test_a_slow_start_grows_from_nothing_to_the_whole_weight() -> None:
    at = np.array([9.0, 10.0, 15.0, 20.0])
    able = factors(at, NAMES, [Out("b", 0.0, 10.0, "log")], {"b": 10.0})
    assert able[:, 1].tolist() == pytest.approx([0.0, 0.0, 0.5, 1.0])
    assert able[:, 0].tolist() == [1.0] * 4


def test_backups_count_while_nobody_else_is_in() -> None:
    found = [Out("a", 5.0, 15.0, "log")]
    able = factors(np.array([0.0, 10.0]), ("a", "spare"), found, {})
    shares = expected_shares(np.array([1.0, 1.0]), able, np.array([False, True]))
    assert shares is not None
    assert shares.tolist() == [0.5, 0.5]
    assert expected_shares(np.array([1.0, 0.0]), able[1:]) is None


def test_no_requests_tell_nothing() -> None:
    assert outs(np.zeros(0), np.zeros(0, dtype=int), NAMES, (), USUAL) == ()
