from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from logsleuth.model import Check, Hypothesis, RootCause, SelectionSeen
from logsleuth.renderers import story, terminal
from tests.renderers import builder, scene

if TYPE_CHECKING:
    from logsleuth.model import Investigation


def test_the_guilty_pool_comes_before_other_skewed_ones(rich: Investigation) -> None:
    web, static = rich.pools
    also = dataclasses.replace(static, skewed=True)
    both = dataclasses.replace(rich, pools=(also, web))
    assert [pool.pool for pool in story.featured(both)] == ["web", "static"]
    named = RootCause("balancer", "misrouted", "static", 0.8, "…")
    told = dataclasses.replace(rich, pools=(static,), root_cause=named)
    assert story.featured(told) == [static]
    assert story.featured(dataclasses.replace(told, root_cause=None)) == []


def test_the_strongest_check_speaks_for_the_status() -> None:
    checks = (
        Check("a", "for", "weak", p_value=0.04),
        Check("b", "for", "says so outright", family="direct"),
        Check("c", "for", "strong", p_value=0.001),
        Check("d", "against", "contrary", p_value=0.0),
    )
    accused = Hypothesis("database", "implicated", 0.9, "summary", checks)
    assert story.reason(accused) == "says so outright"
    cleared = dataclasses.replace(accused, status="ruled-out")
    assert story.reason(cleared) == "contrary"
    assert story.reason(dataclasses.replace(accused, status="no-evidence")) == "summary"
    assert story.reason(dataclasses.replace(accused, checks=())) == "summary"


def test_an_end_on_another_day_names_the_day(rich: Investigation) -> None:
    assert rich.incident is not None
    late = dataclasses.replace(rich.incident, ended=scene.ONSET + timedelta(hours=20))
    assert story.until(late) == "2026-03-02 06:14:05.120 UTC, after 20 h"


@pytest.mark.parametrize(
    ("paths", "typed"),
    [
        ([], "EVIDENCE..."),
        (["a.log", "my logs/b.log"], "a.log 'my logs/b.log'"),
        (["all.tar.gz!a.log", "all.tar.gz!b.log"], "all.tar.gz"),
        ([f"{place}.log" for place in range(9)], "EVIDENCE..."),
    ],
)
def test_the_evidence_is_typed_as_a_shell_wants_it(paths: list[str], typed: str) -> None:
    assert story.evidence_arguments(paths) == typed


def test_an_event_of_foreign_make_is_quoted(hostile: Investigation) -> None:
    show = story.commands(hostile)[0].line
    assert show.startswith("logsleuth show 'c04f11a7e932:18")


def test_without_any_event_there_is_none_to_show() -> None:
    assert story.exhibit(builder.empty()) is None
    assert not any("show" in command.line for command in story.commands(builder.empty()))
    assert story.examined(builder.empty()) == "0 files, 0 lines, none with a time"


def test_what_explains_the_shares_of_a_pool_is_told(rich: Investigation) -> None:
    [web, static, *_] = rich.pools
    assert story.pool_note(web) == "nginx.conf:41 asks for these shares, and not for those before"
    assert story.pool_notes(web) == [
        "requests show servers taking turns, servers chosen as by chance before; "
        "configured round-robin, as they show",
        "departs from the shares before, equal shares",
        "nginx.conf:41 asks for these shares, and not for those before",
    ]
    assert (story.pool_note(static), story.pool_notes(static)) == (None, [])


def test_an_algorithm_that_is_not_the_configured_one_is_told(rich: Investigation) -> None:
    seen = SelectionSeen(None, "client-affinity", "", as_configured=False, changed=False)
    pool = dataclasses.replace(rich.pools[0], selection=seen, configuration_line=None, disagrees=())
    assert story.pool_note(pool) == (
        "requests show each client kept to its server; configured round-robin, "
        "which they don’t show"
    )
    unknown = dataclasses.replace(seen, during=None)
    assert story.pool_note(dataclasses.replace(pool, selection=unknown)) is None


def test_evidence_without_requests_is_no_all_clear() -> None:
    assert story.state(builder.empty()) == "unjudged"
    assert "can’t be judged" in story.headline(builder.empty())
    assert story.state(builder.quiet()) == "none"
    assert terminal.render(builder.empty()).startswith("NOT JUDGED")
