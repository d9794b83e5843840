"""What holds the harm in the synthetic story, what was said of it, and what had been done."""

from __future__ import annotations

import math
from datetime import timedelta

from logsleuth.model import Attribution, Counterfactual, Interval, JudgedChange, Message
from tests.renderers.scene import EXHAUSTED, ONSET, SERVERS, SHOW_SHARES, SLOW


def holders() -> tuple[Attribution, ...]:
    return (
        Attribution(
            dimension="server",
            value=SERVERS[0],
            told_by="rate",
            requests=36_925,
            bad=6_499,
            rate=0.176,
            baseline_rate=0.0031,
            others_rate=0.0029,
            share_of_requests=0.7,
            baseline_share_of_requests=0.25,
            lift=1.52,
            excess_share=1.012,
            interval=Interval(1.009, 1.014),
            p_value=0.0,
            leading=True,
            query=SHOW_SHARES,
        ),
        Attribution(
            dimension="client network",
            value="198.51.100.0/24",
            told_by="rate",
            requests=9_120,
            bad=2_204,
            rate=0.2417,
            baseline_rate=None,
            others_rate=0.0994,
            share_of_requests=0.173,
            baseline_share_of_requests=None,
            lift=2.1,
            excess_share=0.34,
            interval=Interval(0.32, 0.36),
            p_value=0.0004,
            leading=False,
            rides_on=f"server {SERVERS[0]}",
            query=SHOW_SHARES,
        ),
        Attribution(
            dimension="status",
            value="502",
            told_by="outcome",
            requests=6_020,
            bad=6_020,
            rate=1.0,
            baseline_rate=1.0,
            others_rate=0.011,
            share_of_requests=0.114,
            baseline_share_of_requests=0.002,
            lift=None,
            excess_share=0.93,
            interval=Interval(0.92, 0.94),
            p_value=None,
            leading=False,
            query=SHOW_SHARES,
        ),
    )


def otherwise() -> Counterfactual:
    return Counterfactual(
        pool="web",
        expected_from="baseline",
        observed=6_541,
        prevented_low=4_019.5,
        prevented=6_230.1,
        prevented_high=6_377.5,
        interval=Interval(3_884.0, 6_402.2),
        assumptions=(
            "the same requests would have come at the same times",
            "at the most, every server fails as rarely as before the onset",
        ),
        query=SHOW_SHARES,
    )


def messages() -> tuple[Message, ...]:
    return (
        Message(
            role="application",
            shape="no worker was free after # s | app.pool.PoolTimeout: #",
            level="error",
            kind="novel",
            position="after",
            before=0,
            during=6_020,
            instances=1,
            ratio=math.inf,
            interval=Interval(1_204.0, math.inf),
            p_value=0.0,
            first=ONSET + timedelta(seconds=9.8),
            event=EXHAUSTED,
            text="ERROR app.pool no worker was free after 5.0 s",
            query=SHOW_SHARES,
        ),
        Message(
            role="database",
            shape="deadlock detected on relation ?",
            level="error",
            kind="more",
            position="before",
            before=3,
            during=11,
            instances=1,
            ratio=4.2,
            interval=Interval(1.6, 14.0),
            p_value=0.0021,
            first=ONSET - timedelta(seconds=2),
            event=SLOW,
            text="deadlock detected on relation report_rows",
            query=SHOW_SHARES,
        ),
    )


def changes() -> tuple[JudgedChange, ...]:
    return (
        JudgedChange(
            ts=ONSET - timedelta(seconds=128), until=ONSET - timedelta(seconds=119),
            kind="release", name="2.18.1", component="application", verdict="innocent",
            why="the 6,402 requests on it before the onset went well: 19 badly, in truth at most"
            " 0.4%, beside 12.4% after the onset",
            evidence=(EXHAUSTED,), query=SHOW_SHARES,
        ),
        JudgedChange(
            ts=ONSET - timedelta(seconds=1), until=ONSET - timedelta(seconds=1), kind="reload",
            name="reload at 10:14:04 UTC", component="balancer", verdict="guilty",
            why="the balancer was reconfigured 1.1 s before the first bad request",
            evidence=(EXHAUSTED,), query=SHOW_SHARES,
        ),
        JudgedChange(
            ts=ONSET + timedelta(seconds=4), until=ONSET + timedelta(seconds=4), kind="restart",
            name="restart of app-1", component="application", verdict="undecided",
            why="it began 4.0 s after the onset", would_decide="the log of app-1", count=2,
        ),
    )  # fmt: skip
