"""Synthetic investigations: a rich one, a quiet one, an empty one and a hostile one."""

from __future__ import annotations

import dataclasses
import hashlib
import math
from datetime import datetime, timedelta
from typing import Any

from logsleuth import runbooks
from logsleuth.model import (
    CitedEvent,
    Clock,
    Gap,
    Incident,
    Investigation,
    JudgedChange,
    LaneBin,
    Message,
    Moment,
    Pool,
    RootCause,
    SelectionSeen,
    Series,
    ServerShare,
    Source,
)
from tests.renderers.figures import calm_traffic, series
from tests.renderers.holders import changes, holders, messages, otherwise
from tests.renderers.scene import (
    BEGIN,
    BIN_S,
    CHECKPOINT,
    ENDED,
    EXHAUSTED,
    FIRST_502,
    FIXED,
    ONSET,
    RELOAD,
    SERVERS,
    SLOW,
    WEIGHT,
)
from tests.renderers.spans import waterfall, where_time
from tests.renderers.suspects import hypotheses


def rich() -> Investigation:
    """A wrong weight, followed faithfully, with a noisy database as the red herring."""
    return Investigation(
        sources=_sources(),
        incident=Incident(
            onset=ONSET,
            onset_earliest=ONSET - timedelta(seconds=1.3),
            onset_latest=ONSET + timedelta(seconds=2.4),
            ended=ENDED,
            measure="failures",
            requests=52_750,
            failed=6_541,
            failure_rate=0.124,
            baseline_failure_rate=0.0031,
            latency_p95_s=4.212,
            baseline_latency_p95_s=0.31,
        ),
        root_cause=RootCause(
            component="balancer",
            fault="skewed-selection",
            target=SERVERS[0],
            confidence=0.93,
            summary=(
                "The balancer sent 70 % of pool web to 10.0.0.1:8080 instead of 25 %, "
                "since the reload that gave it weight 7"
            ),
        ),
        hypotheses=hypotheses(),
        pools=_pools(),
        timeline=_timeline(),
        warnings=(
            "app-2.log: clock 3.214 s ahead of the balancer's; times are corrected",
            "postgresql.log: statements below 200 ms are not logged (log_min_duration_statement)",
        ),
        series=series(),
        cited=_cited(),
        version="0.1.0",
        runbook=runbooks.find("skewed-selection"),
        clocks=_clocks(),
        attribution=holders(),
        counterfactual=otherwise(),
        messages=messages(),
        changes=changes(),
        where_time=where_time(),
        waterfalls=(waterfall(),),
    )


def quiet() -> Investigation:
    """Evidence of a service that was well all the time."""
    calm = Series(BIN_S, tuple(calm_traffic()), (), ())
    cleared = tuple(
        dataclasses.replace(each, status="ruled-out", summary="Nothing left its baseline.")
        for each in hypotheses()
    )
    return dataclasses.replace(
        rich(),
        incident=None,
        root_cause=None,
        runbook=None,
        hypotheses=cleared,
        pools=(_pools()[1],),
        timeline=(),
        warnings=(),
        series=calm,
        cited=(),
        clocks=_clocks()[1:],
        attribution=(),
        counterfactual=None,
        messages=(),
        changes=(),
        where_time=None,
        waterfalls=(),
    )


def empty() -> Investigation:
    """As little as a document may hold."""
    return Investigation((), None, None, (), (), (), (), Series(60.0, (), (), ()), (), "0.1.0")


def unexplained() -> Investigation:
    """An incident, not over, that the evidence doesn't explain, and figures that are unknown."""
    base = rich()
    assert base.incident is not None
    incident = dataclasses.replace(
        base.incident,
        ended=None,
        onset_earliest=ONSET,
        onset_latest=ONSET,
        baseline_failure_rate=None,
        latency_p95_s=math.nan,
        baseline_latency_p95_s=None,
    )
    cause = RootCause("unknown", None, None, 0.2, "")
    doubted = tuple(dataclasses.replace(each, status="inconclusive") for each in base.hypotheses)
    return dataclasses.replace(
        base,
        incident=incident,
        root_cause=cause,
        hypotheses=doubted,
        cited=(),
        pools=(),
        runbook=None,
    )


_LITERALS = {
    "verdict",
    "status",
    "outcome",
    "expected_from",
    "told_by",
    "position",
    "part",
    "basis",
}


def poisoned(value: Any, poison: str) -> Any:
    """Put the poison behind every free text that a document holds, however deep."""
    if isinstance(value, str):
        return value + poison if value else value
    if isinstance(value, tuple):
        return tuple(poisoned(part, poison) for part in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changes = {
            field.name: poisoned(getattr(value, field.name), poison)
            for field in dataclasses.fields(value)
            if field.name not in _LITERALS
            and not (isinstance(value, Gap) and field.name == "component")
            and not (field.name == "kind" and isinstance(value, Message | JudgedChange))
            and (field.name != "component" or isinstance(value, Moment | LaneBin | RootCause))
        }
        return dataclasses.replace(value, **changes)
    return value


def _clocks() -> tuple[Clock, ...]:
    app = "evidence/app/"
    return (
        Clock(app + "app-2.log", 3.214, 3.21, 3.218, 1_932, 0.0, 0, "ids", True),
        Clock(app + "app-3.log.gz", -0.001, -0.003, 0.002, 1_877, 0.0, 0, "ids", False),
    )


def _sources() -> tuple[Source, ...]:
    def source(path: str, name: str, role: str, counts: tuple[int, int, int, int]) -> Source:
        digest = hashlib.sha256(path.encode()).hexdigest()
        since = None if role == "configuration" else BEGIN
        until = None if role == "configuration" else BEGIN + timedelta(minutes=45)
        zone = None if role == "configuration" else "stated"
        size = 210 * sum(counts)
        return Source(path, name, role, sum(counts), *counts, digest, size, since, until, zone)

    return (
        source("evidence/app/app-1.log", "python-logging", "application", (61_204, 9_318, 4, 12)),
        source("evidence/app/app-2.log", "python-logging", "application", (18_118, 402, 0, 3)),
        source("evidence/app/app-3.log.gz", "python-logging", "application", (18_022, 377, 0, 3)),
        source("evidence/app/app-4.log.gz", "python-logging", "application", (17_990, 391, 0, 3)),
        source("evidence/db/postgresql.log", "postgresql", "database", (2_841, 1_130, 0, 0)),
        source("evidence/edge/nginx.conf", "nginx-configuration", "configuration", (0, 0, 0, 0)),
        source("evidence/edge/access.log", "nginx-access", "balancer", (135_212, 0, 7, 0)),
        source("evidence/edge/error.log", "nginx-error", "balancer", (6_602, 0, 0, 0)),
    )


def _pools() -> tuple[Pool, ...]:
    observed, failing = (0.7, 0.1, 0.1, 0.1), (0.176, 0.0029, 0.0031, 0.0027)
    p95 = (5.104, 0.312, 0.308, 0.305)
    web = Pool(
        pool="web",
        skewed=True,
        since=ONSET,
        until=ENDED,
        expected_from="baseline",
        p_value=0.0,
        effect=0.45,
        servers=tuple(
            ServerShare(server, int(52_750 * share), 0.25, share, share, 0.25, rate, slow, share)
            for server, share, rate, slow in zip(SERVERS, observed, failing, p95, strict=True)
        ),
        algorithm="round-robin",
        selection=SelectionSeen(
            before="random",
            during="round-robin",
            because="shares scatter 0.02 times as much as at random",
            as_configured=True,
            changed=True,
        ),
        disagrees=("baseline", "peers"),
        configuration_line="nginx.conf:41",
    )
    static = Pool(
        pool="static",
        skewed=False,
        since=ONSET,
        until=ENDED,
        expected_from="peers",
        p_value=0.73,
        effect=0.004,
        servers=(
            ServerShare("10.0.1.1:80", 4_120, 0.5, 0.504, None, None, 0.0, 0.012),
            ServerShare("10.0.1.2:80", 4_055, 0.5, 0.496, None, None, 0.0002, None),
        ),
    )
    return (web, static)


def _timeline() -> tuple[Moment, ...]:
    def at(seconds: float) -> datetime:
        return ONSET + timedelta(seconds=seconds)

    return (
        Moment(at(-610), "checkpoint", "database", "Checkpoint took 41 s", (CHECKPOINT,)),
        Moment(at(-0.4), "reload", "change", "nginx reloaded its configuration", (RELOAD, WEIGHT)),
        Moment(at(0), "onset", "balancer", "Shares of pool web changed: 70 % to one server", ()),
        Moment(at(3.1), "symptom", "balancer", "First 502 from 10.0.0.1:8080", (FIRST_502,)),
        Moment(at(9.8), "symptom", "application", "app-1: no worker was free", (EXHAUSTED,)),
        Moment(at(214), "noise", "database", "Deadlock of the nightly report’s table", (SLOW,)),
        Moment(at(1049), "reload", "change", "nginx reloaded its configuration", (FIXED,)),
        Moment(at(1054.9), "end", "balancer", "Failures are back at their baseline", ()),
    )


def _cited() -> tuple[CitedEvent, ...]:
    def cited(event: str, path: str, seconds: float, text: str) -> CitedEvent:
        ts, line = ONSET + timedelta(seconds=seconds), int(event.split(":")[1])
        return CitedEvent(event, path, line, ts, text, ("one before",), ("one after", "another"))

    edge, app, database = "evidence/edge/", "evidence/app/", "evidence/db/postgresql.log"
    return (
        CitedEvent(WEIGHT, edge + "nginx.conf", 18, None, "    server 10.0.0.1:8080 weight=7;"),
        cited(
            CHECKPOINT,
            database,
            -610,
            "LOG:  checkpoint complete: wrote 5112 buffers; total=41.2 s",
        ),
        cited(
            RELOAD,
            edge + "error.log",
            -0.4,
            "[notice] 812#812: signal 1 (SIGHUP) received, reconfiguring",
        ),
        cited(
            FIRST_502,
            edge + "access.log",
            3.1,
            '198.51.100.7 - - [01/Mar/2026:10:14:08 +0000] "GET /cart/17 HTTP/1.1" 502 157 "-" '
            '"curl/8.5.0" rt=5.002 ua="10.0.0.1:8080" us="502" urt="5.001"',
        ),
        cited(
            EXHAUSTED,
            app + "app-1.log",
            9.8,
            "ERROR app.pool no worker was free after 5.0 s\nTraceback (most recent call last):\n"
            '  File "/srv/app/pool.py", line 88, in acquire\n    raise PoolTimeout(waited)\n'
            "app.pool.PoolTimeout: 5.0",
        ),
        cited(SLOW, database, 214, 'ERROR:  deadlock detected on relation "report_rows"'),
        cited(
            FIXED,
            edge + "error.log",
            1049,
            "[notice] 812#812: signal 1 (SIGHUP) received, reconfiguring",
        ),
    )
