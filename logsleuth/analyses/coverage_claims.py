"""What each hypothesis may still claim on this evidence, and what would have to be collected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from logsleuth.analyses.coverage_fact import Fact
from logsleuth.analyses.coverage_fields import ENOUGH, shares
from logsleuth.analyses.statements import sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logsleuth.case.store import Case
    from logsleuth.model import Component

_CAN: Final = "can be claimed"
_CANNOT: Final = "can't be claimed"
# Statements take less than this, most of them: a log without any has a threshold.
_FLOOR_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class _Has:
    """What there is: counts of lines, and the part of the requests that has a field."""

    fields: dict[str, float]
    served: int
    served_timed: int
    released: int
    database_lines: int
    timed: int
    least_s: float | None
    configured: int
    said: int

    def has(self, name: str) -> bool:
        """Whether the balancer's requests have a field."""
        return self.fields.get(name, 0.0) >= ENOUGH


def claims(case: Case) -> Iterator[Fact]:
    """Say for each hypothesis what the evidence can show, and for the rest what to collect."""
    has = _Has(shares(case), *case.row(sql("coverage_words")))
    yield from _balancer(has)
    yield from _application(has)
    yield from _database(has)
    yield from _client(has)


def _claim(layer: Component, claim: str, possible: bool, collect: str) -> Fact:
    return Fact(
        layer, "hypothesis", claim, _CAN if possible else _CANNOT, "" if possible else collect
    )


def _balancer(has: _Has) -> Iterator[Fact]:
    log = "the balancer's access log"
    yield _claim("balancer", "when it began", bool(has.fields), log)
    yield _claim(
        "balancer", "shares of servers, retries, ejection", has.has("server"),
        "the server of each request: $upstream_addr in log_format, or option httplog"
        if has.fields else log,
    )  # fmt: skip
    yield _claim(
        "balancer", "shares as configured", has.configured > 0,
        "the balancer's configuration: nginx -T, or haproxy.cfg",
    )  # fmt: skip
    yield _claim(
        "balancer", "reloads and state changes of servers", has.said > 0,
        "the balancer's error log at level notice",
    )  # fmt: skip
    yield _claim(
        "balancer", "timeouts and slowness", has.has("duration"),
        "the duration of each request: $request_time in log_format, or option httplog",
    )  # fmt: skip


def _application(has: _Has) -> Iterator[Fact]:
    yield _claim(
        "application", "what each instance served", has.served > 0,
        "every instance's log of its requests, with status and duration",
    )  # fmt: skip
    yield _claim(
        "application", "slowness of an instance", has.served_timed > 0 or has.has("upstream_time"),
        "durations in the instances' logs, or $upstream_response_time in the balancer's",
    )  # fmt: skip
    yield _claim(
        "application", "releases compared", has.released > 0,
        "the release in each line of the instances, or the log of deploys",
    )  # fmt: skip


def _database(has: _Has) -> Iterator[Fact]:
    yield _claim(
        "database", "stops, refusals, locks by its own words", has.database_lines > 0,
        "the database's log, with log_lock_waits = on",
    )  # fmt: skip
    yield _claim(
        "database",
        "slow statements",
        has.timed > 0,
        "statements with durations: log_min_duration_statement = 200",
    )
    if has.least_s is not None and has.least_s >= _FLOOR_S:
        hides = "faster ones are not logged: what many of them cost together doesn't show"
        yield Fact("database", "statements", "fastest logged, s", round(has.least_s, 3), hides)


def _client(has: _Has) -> Iterator[Fact]:
    yield _claim(
        "client", "more requests than before", bool(has.fields), "the balancer's access log"
    )
    yield _claim(
        "client", "a client that asks too much", has.has("client"),
        "client addresses in the balancer's log: $remote_addr, real_ip_header behind a proxy",
    )  # fmt: skip
