"""Reasons are capped and weighed, and nothing is ruled out that wasn't looked at."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import pytest

from logsleuth import verdict
from logsleuth.analyses.findings import Finding, reason
from logsleuth.model import COMPONENTS, Check, RootCause
from logsleuth.verdict import Exoneration

if TYPE_CHECKING:
    from logsleuth.model import Component, Hypothesis, Status
    from logsleuth.verdict import Scored

THRESHOLD: Final = 4.0
UNKNOWN: Final = RootCause("unknown", None, None, 0.0, "")
AGAINST: Final = Check("as before", "against", "nothing moved", family="strata")


def finding(
    fault: str = "outage", component: Component = "database", pool: str | None = None,
    target: str | None = "postgresql", **families: float,
) -> Finding:  # fmt: skip
    reasons = tuple(reason(fault, name, name, weight, "why") for name, weight in families.items())
    return Finding(fault, component, target, f"it is {fault}", reasons, pool)


def ranked(*findings: Finding) -> tuple[Scored, ...]:
    return verdict.ranked(findings)


def exonerated(
    *, covered: bool = True, enough: bool = True, wants: tuple[str, ...] = ()
) -> tuple[Exoneration, ...]:
    return tuple(Exoneration(c, (AGAINST,), covered, enough, wants) for c in COMPONENTS)


def statuses(hypotheses: tuple[Hypothesis, ...]) -> dict[str, Status]:
    return {h.component: h.status for h in hypotheses}


# The score.


def test_families_add_up() -> None:
    scored = verdict.score(finding(direct=2.0, timing=1.5, strata=-1.0))
    assert scored.score == pytest.approx(2.5)
    assert scored.families == 2


@pytest.mark.parametrize(("weight", "counts"), [(500.0, 3.0), (-500.0, -3.0), (2.9, 2.9)])
def test_no_family_says_more_than_three(weight: float, counts: float) -> None:
    assert verdict.score(finding(direct=weight)).score == counts


def test_reasons_of_one_family_are_capped_together() -> None:
    twice = tuple(reason("outage", f"line {i}", "direct", 2.5, "") for i in range(4))
    one = Finding("outage", "database", None, "", twice)
    assert (verdict.score(one).score, verdict.score(one).families) == (3.0, 1)


def test_reasons_against_weigh_within_their_family_before_the_cap() -> None:
    mixed = (reason("x", "a", "direct", 3.0, ""), reason("x", "b", "direct", -3.0, ""))
    scored = verdict.score(Finding("x", "database", None, "", mixed))
    assert (scored.score, scored.families) == (0.0, 0)


def test_a_finding_without_reasons_has_no_score() -> None:
    assert (verdict.score(finding()).score, verdict.score(finding()).families) == (0, 0)


def test_of_each_fault_the_best_finding_counts_and_the_likeliest_comes_first() -> None:
    standing = ranked(
        finding("bad-instance", "application", target="web-1", strata=1.0),
        finding("bad-instance", "application", target="web-2", strata=2.0),
        finding("outage", direct=3.0, timing=1.5),
    )
    assert [(s.finding.fault, s.finding.target) for s in standing] == [
        ("outage", "postgresql"),
        ("bad-instance", "web-2"),
    ]


def test_equal_scores_are_in_order_of_name() -> None:
    standing = ranked(finding("b", direct=2.0), finding("a", direct=2.0))
    assert [s.finding.fault for s in standing] == ["a", "b"]


# The root cause.


def test_a_fault_is_named_from_the_threshold_on() -> None:
    named = verdict.root_cause(ranked(finding(direct=3.0, timing=1.0)))
    assert (named.component, named.fault, named.target) == ("database", "outage", "postgresql")
    assert named.summary == "it is outage"


@pytest.mark.parametrize(
    "weights",
    [
        {"direct": 3.0, "timing": 0.9},
        {"direct": 300.0},
        {"direct": 3.0, "timing": 3.0, "strata": -2.5},
        {},
    ],
    ids=["too little", "one family", "too much against", "nothing"],
)
def test_with_less_the_cause_is_unknown(weights: dict[str, Any]) -> None:
    named = verdict.root_cause(ranked(finding(**weights)))
    assert (named.component, named.fault, named.target) == ("unknown", None, None)
    assert named.confidence == 0.0


def test_one_family_alone_names_nothing_however_it_is_capped() -> None:
    """Families of nearly no weight don't count as a second one."""
    assert verdict.score(finding(direct=3.0, timing=0.4, strata=0.4, load=0.4)).families == 1
    standing = ranked(finding(direct=3.0, timing=0.4, strata=0.4, load=0.4))
    assert standing[0].score >= THRESHOLD
    assert verdict.root_cause(standing).component == "unknown"


def test_what_stays_open_is_told_the_likeliest_first() -> None:
    standing = ranked(
        finding("bad-route", "application", direct=2.0, strata=1.0),
        finding("slow-queries", strata=3.0, timing=0.5),
        finding("outage", direct=2.0),
    )
    told = verdict.root_cause(standing).summary
    assert told.endswith("slow-queries: it is slow-queries; or bad-route: it is bad-route")
    assert "explains" in verdict.root_cause(ranked(finding("outage", direct=2.0))).summary


def test_nothing_at_all_is_unknown() -> None:
    assert verdict.root_cause(()).component == "unknown"


def test_a_louder_fault_of_one_family_does_not_hide_one_of_two() -> None:
    standing = ranked(
        finding("slow-queries", direct=3.0, timing=0.4, strata=0.4, magnitude=0.4, load=0.4),
        finding("outage", direct=2.5, timing=1.6),
    )
    assert verdict.root_cause(standing).fault == "outage"


# Confidence.


def test_confidence_grows_with_the_score() -> None:
    grown = [verdict.confidence(4.0 + step / 4, 0.0) for step in range(60)]
    assert all(a <= b for a, b in pairwise(grown))
    assert grown[0] < grown[-1]


def test_confidence_falls_as_a_rival_comes_near() -> None:
    fallen = [verdict.confidence(9.0, step / 4) for step in range(36)]
    assert all(a >= b for a, b in pairwise(fallen))
    assert fallen[-1] == pytest.approx(0.55, abs=0.051)


def test_confidence_is_never_certain_and_goes_in_steps_of_five() -> None:
    told = {verdict.confidence(4.0 + x / 10, y / 10) for x in range(100) for y in range(40)}
    assert max(told) == 0.97
    assert all(round(c * 20) == pytest.approx(c * 20) for c in told - {0.97})


def test_what_speaks_against_a_rival_does_not_make_surer() -> None:
    assert verdict.confidence(5.0, -9.0) == verdict.confidence(5.0, 0.0)


# Skewed pools.


def skew(score: float, pool: str | None = "web", fault: str = "skewed-selection") -> Finding:
    return finding(fault, "balancer", pool=pool, target="web-1", strata=2.0, timing=score - 2.0)


def test_a_pool_is_skewed_when_the_finding_stands() -> None:
    assert verdict.skewed_pools(ranked(skew(4.0))) == {"web"}
    assert verdict.skewed_pools(ranked(skew(4.5, fault="sticky-hotspot"))) == {"web"}


@pytest.mark.parametrize(
    "one",
    [skew(3.9), skew(4.5, None), skew(4.5, fault="server-ejected")],
    ids=["weak", "no pool", "another fault"],
)
def test_a_pool_is_not_skewed_otherwise(one: Finding) -> None:
    assert verdict.skewed_pools(ranked(one)) == frozenset()


def test_a_better_explanation_of_the_shares_makes_it_none() -> None:
    ejected = finding("server-ejected", "balancer", strata=3.0, direct=2.6)
    assert verdict.skewed_pools(ranked(skew(4.5), ejected)) == frozenset()
    assert verdict.skewed_pools(ranked(skew(4.7), ejected)) == {"web"}


def test_no_findings_no_skew() -> None:
    assert verdict.skewed_pools(()) == frozenset()


# Hypotheses.


def test_there_is_one_for_each_component_in_the_contracts_order() -> None:
    told = verdict.hypotheses((), None, exonerated())
    assert tuple(h.component for h in told) == COMPONENTS


def test_the_component_of_the_cause_is_implicated_even_where_all_is_exonerated() -> None:
    standing = ranked(finding(direct=3.0, timing=3.0))
    root = verdict.root_cause(standing)
    told = verdict.hypotheses(standing, root, exonerated())
    assert statuses(told) == {
        "balancer": "ruled-out",
        "application": "ruled-out",
        "database": "implicated",
        "client": "ruled-out",
    }
    database = next(h for h in told if h.component == "database")
    assert (database.confidence, database.summary) == (root.confidence, root.summary)


@pytest.mark.parametrize(
    ("covered", "enough", "status"),
    [
        (True, True, "ruled-out"),
        (True, False, "inconclusive"),
        (False, True, "no-evidence"),
        (False, False, "no-evidence"),
    ],
)
def test_ruled_out_takes_coverage_and_enough(covered: bool, enough: bool, status: Status) -> None:
    root = RootCause("client", "traffic-surge", None, 0.8, "")
    told = statuses(verdict.hypotheses((), root, exonerated(covered=covered, enough=enough)))
    assert told == {**dict.fromkeys(COMPONENTS, status), "client": "implicated"}


def test_nothing_is_ruled_out_while_the_cause_is_unknown() -> None:
    told = verdict.hypotheses((), UNKNOWN, exonerated())
    assert set(statuses(told).values()) == {"inconclusive"}


def test_a_suspected_component_is_not_ruled_out() -> None:
    root = RootCause("client", "traffic-surge", None, 0.8, "")
    suspected = ranked(finding(direct=2.0, timing=0.5))
    assert statuses(verdict.hypotheses(suspected, root, exonerated()))["database"] == "inconclusive"
    less = ranked(finding(direct=1.9, timing=0.5))
    assert statuses(verdict.hypotheses(less, root, exonerated()))["database"] == "ruled-out"


@pytest.mark.parametrize("enough", [True, False])
def test_what_would_decide_is_told_where_it_is_undecided(enough: bool) -> None:
    standing = ranked(finding(direct=3.0, timing=3.0))
    told = verdict.hypotheses(standing, verdict.root_cause(standing), exonerated(enough=enough))
    for one in told:
        assert bool(one.would_decide) == (one.status in {"inconclusive", "no-evidence"})


def test_what_a_component_wants_comes_before_the_usual() -> None:
    told = verdict.hypotheses((), UNKNOWN, exonerated(wants=("its log",)))
    assert {h.would_decide for h in told} == {("its log",)}


@pytest.mark.parametrize("score", [-5.0, 0.0, 2.0, 3.9, 100.0])
def test_confidence_of_every_status_is_a_share(score: float) -> None:
    standing = ranked(finding(direct=score, timing=score, strata=score, load=score))
    for root in (None, UNKNOWN, verdict.root_cause(standing)):
        for covered in (True, False):
            for one in verdict.hypotheses(standing, root, exonerated(covered=covered)):
                assert 0.0 <= one.confidence <= 0.97
                assert one.summary
                if one.status == "no-evidence":
                    assert one.confidence == 0.0


def test_all_reasons_of_the_named_fault_are_told_and_of_others_the_telling_ones() -> None:
    standing = ranked(
        finding("outage", direct=3.0, timing=1.5, strata=0.0),
        finding("slow-queries", direct=-2.0, strata=0.1),
    )
    told = verdict.hypotheses(standing, verdict.root_cause(standing), exonerated())
    database = next(h for h in told if h.component == "database")
    assert [(c.fault, c.name) for c in database.checks] == [
        ("outage", "direct"), ("outage", "timing"), ("outage", "strata"),
        ("slow-queries", "direct"), (None, "as before"),
    ]  # fmt: skip
    assert [(f.fault, f.score) for f in database.faults] == [
        ("outage", 4.5),
        ("slow-queries", -1.9),
    ]


# Without an incident.


def test_without_an_incident_who_was_there_is_ruled_out() -> None:
    told = verdict.without_incident(frozenset({"balancer", "application", "database"}), 500)
    assert set(statuses(told).values()) == {"ruled-out"}
    assert all("500 requests" in h.summary and not h.would_decide for h in told)


def test_who_was_not_there_is_not_ruled_out() -> None:
    told = {h.component: h for h in verdict.without_incident(frozenset({"balancer"}), 500)}
    assert told["database"].status == "no-evidence"
    assert told["database"].checks == ()
    assert told["database"].would_decide
    assert told["balancer"].status == "ruled-out"


def test_without_requests_nobody_is_ruled_out() -> None:
    told = verdict.without_incident(frozenset({"application", "database"}), 0)
    assert set(statuses(told).values()) == {"no-evidence"}
    assert all(h.confidence == 0.0 for h in told)


def test_without_requests_no_check_speaks_for_anybody() -> None:
    told = verdict.without_incident(frozenset({"application", "database"}), 0)
    assert not [c for h in told for c in h.checks if c.outcome == "against"]
    assert all(h.would_decide for h in told)


def test_where_all_may_not_have_been_calm_nobody_is_ruled_out() -> None:
    layers = frozenset({"balancer", "database"})
    told = verdict.without_incident(layers, 500, ("some are slow", "others are not logged"))
    assert set(statuses(told).values()) == {"inconclusive"}
    assert all("but some are slow; but others are not logged" in h.summary for h in told)
    assert all(h.would_decide for h in told)
    assert not [c for h in told for c in h.checks if c.outcome == "against"]
