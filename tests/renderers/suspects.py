"""What the synthetic story says of each component."""

from __future__ import annotations

from logsleuth.model import Check, FaultStanding, Hypothesis, Interval
from tests.renderers.scene import (
    CHECKPOINT,
    EXHAUSTED,
    FIRST_502,
    RELOAD,
    SERVERS,
    SHOW_SHARES,
    SLOW,
    WEIGHT,
)


def hypotheses() -> tuple[Hypothesis, ...]:
    return (_balancer(), _application(), _database(), _client())


def _balancer() -> Hypothesis:
    return Hypothesis(
        component="balancer",
        status="implicated",
        confidence=0.93,
        summary="Its shares changed at the reload; only the server that got more fails.",
        checks=(
            Check(
                name="shares-left-baseline",
                outcome="for",
                explanation=(
                    "10.0.0.1:8080 got 70.0 % of first attempts, against 25.0 % before: "
                    "45 % of requests went to another server than intended"
                ),
                family="magnitude",
                fault="skewed-selection",
                statistic=48_211.7,
                p_value=0.0,
                effect=0.45,
                interval=Interval(0.444, 0.456),
                margin=Interval(-0.05, 0.05),
                query=SHOW_SHARES,
                evidence=(WEIGHT,),
            ),
            Check(
                name="change-at-reload",
                outcome="for",
                explanation="The shares changed 0.4 s after the reload, before the first failure",
                family="timing",
                fault="skewed-selection",
                statistic=0.4,
                p_value=0.0008,
                query="select ts, event_id, message from messages where message like '%reload%'",
                evidence=(RELOAD, FIRST_502),
            ),
            Check(
                name="no-affinity-key",
                outcome="neutral",
                explanation="No client address, cookie or URI explains which server was chosen",
                family="strata",
                fault="sticky-hotspot",
                statistic=0.012,
                p_value=0.41,
                effect=0.012,
                interval=Interval(0.0, 0.031, 0.9),
                margin=Interval(-0.1, 0.1),
            ),
        ),
        faults=(
            FaultStanding(
                "skewed-selection", SERVERS[0], 8.4, "weights 7, 1, 1, 1 since the reload"
            ),
            FaultStanding("sticky-hotspot", SERVERS[0], -2.1, "the same client does change server"),
        ),
    )


def _application() -> Hypothesis:
    return Hypothesis(
        component="application",
        status="inconclusive",
        confidence=0.55,
        summary="app-1 runs out of workers, which the load alone explains.",
        checks=(
            Check(
                name="fails-at-equal-load",
                outcome="neutral",
                explanation="At equal load app-1 fails as often as its equals, within wide bounds",
                family="strata",
                fault="bad-instance",
                statistic=1.3,
                p_value=0.19,
                effect=1.08,
                interval=Interval(0.71, 1.64),
                margin=Interval(0.8, 1.25),
                query="select server, load, avg(failed::int) from requests group by all",
                evidence=(EXHAUSTED,),
            ),
        ),
        faults=(FaultStanding("bad-instance", "app-1", 0.7, "fails, but has most of the load"),),
        would_decide=(
            "the worker and queue metrics of app-1 for 10:10 to 10:35",
            "a log of app-1 from a time when it had as many requests and was well",
        ),
    )


def _database() -> Hypothesis:
    return Hypothesis(
        component="database",
        status="ruled-out",
        confidence=0.95,
        summary="Its own durations didn’t change, and three servers that share it were well.",
        checks=(
            Check(
                name="negative-control",
                outcome="against",
                explanation=(
                    "Three servers used the same database at the same time and failed no more "
                    "than before: 0.29 % against 0.31 %"
                ),
                family="strata",
                statistic=-0.4,
                p_value=0.00001,
                effect=-0.0002,
                interval=Interval(-0.0011, 0.0007),
                margin=Interval(-0.005, 0.005),
                query="select server, avg(failed::int) as failing from requests group by server",
                evidence=(SLOW,),
            ),
            Check(
                name="own-durations-equivalent",
                outcome="against",
                explanation="The p95 of its statements is 1.02 times the baseline’s, within 1.25",
                family="magnitude",
                effect=1.02,
                interval=Interval(0.957, 1.083, 0.9),
                margin=Interval(0.8, 1.25),
                evidence=(CHECKPOINT,),
            ),
            Check(
                name="errors-of-its-own",
                outcome="for",
                explanation="Four deadlocks were logged, all of another job’s table",
                family="direct",
                statistic=4,
            ),
        ),
    )


def _client() -> Hypothesis:
    return Hypothesis("client", "no-evidence", 0.0, "No client address is logged at the edge.", ())
