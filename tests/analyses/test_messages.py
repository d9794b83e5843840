"""New and changed kinds of lines, where the test knows what was said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from logsleuth.analyses import messages
from logsleuth.model import Moment
from tests.analyses.traffic_builder import Scene, facts_of, opened

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from logsleuth.analyses.facts import Facts

ONSET = 60.0


def scene(seed: int = 1) -> Scene:
    """Failures from the minute on, an application that lives, and a warning now and then."""
    made = Scene(120, 30, seed=seed)
    made.fail(made.part(made.between(ONSET), 0.4), 500)
    made.say("application", 0.5, "listening on port 8080", level="info")
    for at in np.sort(made.rng.uniform(1, 119, 24)).tolist():
        made.say("application", at, f"cache miss of {at:.0f} keys", level="warning")
    return made


def test_only_what_is_new_is_new(gathered: Callable[[Scene], Facts]) -> None:
    made = scene()
    for i in range(40):
        made.say("application", 61 + i, f"order {i} of '{i}' lost at /cart/{i}?a={i}, giving up")
    [found] = messages.examine(gathered(made))
    assert found.kind == "novel"
    assert found.shape == "order # of ? lost at /…, giving up"
    assert (found.before, found.during, found.level, found.role) == (0, 40, "error", "application")
    assert found.position == "after"
    assert found.ratio == np.inf
    assert 5 < found.interval.low < np.inf == found.interval.high
    assert found.p_value < 1e-6
    assert found.event is not None
    assert found.text.startswith("order 0 of '0' lost")


def test_what_begins_before_the_onset_comes_before_its_symptoms(
    gathered: Callable[[Scene], Facts],
) -> None:
    made = scene()
    made.checkpoints()
    for i in range(20):
        made.say("application", 61 + i, f"request {i} failed")
        made.say("database", 58.5 + i, f"could not extend file {i}: no space left on device")
    facts = gathered(made)
    first, second = messages.examine(facts)
    assert (first.role, first.position) == ("database", "before")
    assert (second.role, second.position) == ("application", "after")


def test_what_comes_more_often_or_less_often_is_told_with_its_ratio(
    gathered: Callable[[Scene], Facts],
) -> None:
    made = scene()
    for at in np.linspace(1, 59, 30).tolist():
        made.say("application", at, f"job {at:.0f} done", level="info")
    for at in np.linspace(1, 119, 60).tolist():
        made.say("application", at, f"pool has {at:.0f} left", level="warning")
    for at in np.linspace(61, 119, 150).tolist():
        made.say("application", at, f"pool has {at:.0f} left", level="warning")
    found = {message.shape: message for message in messages.examine(gathered(made))}
    assert set(found) == {"job # done", "pool has # left"}
    assert found["job # done"].kind == "fewer"
    assert found["pool has # left"].kind == "more"
    more = found["pool has # left"]
    assert more.interval.low < more.ratio < more.interval.high
    assert more.ratio == pytest.approx(more.during / more.before, rel=1.2)


def test_a_single_grave_line_at_the_onset_is_told_a_late_one_is_not(
    gathered: Callable[[Scene], Facts],
) -> None:
    made = scene()
    made.say("application", 60.5, "could not open the settings, using none")
    made.say("application", 110.0, "a user's session was odd")
    made.say("application", 61.5, "somebody logged in", level="info")
    assert [m.shape for m in messages.examine(gathered(made))] == [
        "could not open the settings, using none"
    ]


def test_a_role_without_a_past_says_nothing_new(gathered: Callable[[Scene], Facts]) -> None:
    made = scene()
    for i in range(20):
        made.say("database", 70.0 + i, f"statement {i} was cancelled")
    assert messages.examine(gathered(made)) == ()


def test_accounts_of_requests_are_no_messages(gathered: Callable[[Scene], Facts]) -> None:
    made = scene()
    made.applications()
    for line in made.lines:
        if "status" in line:
            line["message"] = "served well" if line["status"] == 200 else "served badly"
    assert messages.examine(gathered(made)) == ()


def test_lines_that_follow_the_traffic_are_not_called_new_in_more_than_one_of_twenty(
    tmp_path: Path,
) -> None:
    false = 0
    for seed in range(20):
        made = scene(seed)
        for kind in ("lost", "found", "moved", "kept", "sent", "read"):
            for at in np.sort(made.rng.uniform(1, 119, made.rng.integers(4, 60))).tolist():
                made.say("application", at, f"item {at:.3f} was {kind}", level="info")
        folder = tmp_path / str(seed)
        folder.mkdir()
        with opened(made, folder) as case:
            false += bool(messages.examine(facts_of(case)))
    assert false == 0


def test_the_timeline_gets_new_kinds_that_it_does_not_cite_yet(
    gathered: Callable[[Scene], Facts],
) -> None:
    made = scene()
    for i in range(9):
        for kind in "abcdefg":
            made.say("application", 61 + i, f"part {kind}{kind} of {i} is lost")
    found = messages.examine(gathered(made))
    assert len(found) == 7
    told = list(messages.moments(found, ()))
    assert len(told) == 5
    assert told[0].kind == "message"
    assert told[0].title.startswith("first of 9 lines of a new kind: part ")
    cited = Moment(told[0].ts, "words", "application", "the same", told[0].evidence)
    again = list(messages.moments(found, (cited,)))
    assert told[0] not in again
    assert len(again) == 5


def test_a_stamp_of_whole_seconds_is_not_taken_for_more_exact_than_it_is(
    gathered: Callable[[Scene], Facts],
) -> None:
    made = scene()
    made.resolution_s = 1.0
    for i in range(20):
        made.say("application", 59.5 + i, f"request {i} failed")
    [found] = messages.examine(gathered(made))
    assert found.position == "at"


def test_where_every_line_is_of_another_kind_the_new_ones_are_told_all_the_same(
    gathered: Callable[[Scene], Facts],
) -> None:
    made = scene()
    words = ["".join(letters) for letters in made.rng.choice(list("ghijkl"), (3000, 9))]
    for at, word in zip(np.sort(made.rng.uniform(1, 119, 3000)).tolist(), words, strict=True):
        made.say("application", at, f"user {word} came", level="info")
    for i in range(30):
        made.say("application", 61 + i, f"order {i} lost", level="error")
    [found] = messages.examine(gathered(made))
    assert (found.shape, found.before, found.during) == ("order # lost", 0, 30)
    # The more kinds there are, the less each p-value tells.
    assert found.p_value > 1e-7
    assert found.text == "order 0 lost"
