"""Requests as they happened, told apart from how nginx or HAProxy write them."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from tests.lab.variants.evidence import UnfitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tests.lab.variants.evidence import Evidence

_REQUESTS: Final = """
select e.event_id, e.format, epoch(r.started), epoch(r.ended), coalesce(s.resolution_s, 0.001),
    e.client, e.method, e.path, e.query, e.protocol, e.status, e.bytes, e.duration_s, e.server,
    r.pool,
    e.user_agent, e.request_id, e.termination, e.retries, e.redispatched, e.queue_s, e.connect_s,
    e.header_s, e.response_s, e.servers, r.host
from events e
join requests r using (event_id)
join sources s on s.source_id = e.source_id
where r.started is not null
order by r.ended, e.source_id, e.line
"""
_TRIES: Final = """
select event_id, server, status, connect_s, header_s, response_s from attempts
where attempts > 1 order by event_id, attempt
"""
_SAID: Final = """
select epoch(ts), client, method, path, coalesce(query, ''), message from events
where format = 'nginx-error' and client is not null and path is not null order by ts
"""
_ADDRESSES: Final = "select pool, name, address from configured_servers"
_SPLIT: Final = re.compile(r", | : ")
# What fails this soon wasn't waited for.
_AT_ONCE_S: Final = 0.003


class Ending(Enum):
    """How a request or one try of it ended."""

    ANSWERED = "by the server"
    REFUSED = "no connection"
    UNREACHED = "no connection in time"
    CLOSED = "the server closed the connection instead of an answer"
    TIMEOUT = "no answer in time"
    BROKEN = "the answer broke off"
    NO_SERVER = "no server to choose"
    QUEUED = "waited in vain for a free server"
    LIMITED = "turned away by a limit"
    LEFT = "the client gave up"
    OWN = "answered by the balancer itself"


# Where a server was asked but what it said is no answer of its own.
FAILED: Final = {Ending.REFUSED, Ending.UNREACHED, Ending.CLOSED, Ending.TIMEOUT}
UNASKED: Final = {Ending.NO_SERVER, Ending.QUEUED, Ending.LIMITED, Ending.OWN}
UNCONNECTED: Final = UNASKED | {Ending.REFUSED, Ending.UNREACHED}


@dataclass(frozen=True, slots=True)
class Try:
    """One server that a request was tried on: its address, and how that ended."""

    server: str
    name: str  # as the balancer calls it
    ending: Ending
    status: int | None
    connect_s: float | None
    header_s: float | None
    took_s: float


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request that the balancer answered. Times are seconds since 1970, UTC."""

    started: float
    ended: float
    client: str
    method: str
    target: str
    protocol: str
    host: str
    status: int | None  # None where the client left before there was one
    bytes: int
    agent: str | None
    id: str | None
    pool: str
    queue_s: float
    ending: Ending
    tries: tuple[Try, ...]

    @property
    def took_s(self) -> float:
        return round(self.ended - self.started, 6)

    @property
    def last(self) -> Try | None:
        return self.tries[-1] if self.tries else None

    @property
    def request(self) -> str:
        return f"{self.method} {self.target} {self.protocol}"


class Names:
    """The addresses of servers: as configured, or some where a log has names only."""

    def __init__(self, evidence: Evidence) -> None:
        self._known: dict[tuple[str, str], str] = {}
        for pool, name, address in evidence.case.rows(_ADDRESSES):
            if name:
                self._known[pool, name] = address
        asked = evidence.case.rows(
            "select distinct pool, server from requests where server is not null order by all"
        )
        for pool, name in asked:
            if ":" not in name and (pool, name) not in self._known:
                self._known[pool, name] = f"10.20.0.{10 + len(self._known)}:8080"

    def address(self, pool: str, name: str) -> str:
        return name if ":" in name else self._known[pool, name]

    def targets(self, targets: Iterable[str]) -> list[str]:
        """Acceptable names, with the addresses of servers that are among them."""
        told = list(targets)
        return told + [
            address
            for (pool, name), address in self._known.items()
            if {name, f"{pool}/{name}"} & set(told) and address not in told
        ]

    def of(self, pools: Iterable[str]) -> list[str]:
        """The servers of some pools, which stand for them where a log names no pools.

        Their addresses, and their names: a log may have neither, and applications tell of theirs.
        """
        wanted = set(pools)
        held = [told for told in self._known.items() if told[0][0] in wanted]
        return sorted({called for (_, name), address in held for called in (name, address)})


def exchanges(evidence: Evidence) -> Sequence[Exchange]:
    """All requests of the balancer's log, in the order of their ends.

    Raises:
        UnfitError: there are none, or their log names no servers.
    """
    rows = evidence.case.rows(_REQUESTS)
    if not any(row[13] for row in rows):
        raise UnfitError
    names, said = Names(evidence), _said(evidence)
    tries = defaultdict(list)
    for event, *rest in evidence.case.rows(_TRIES):
        tries[event].append(rest)
    found = [_exchange(row, names, said, tries) for row in _spread(rows)]
    return sorted(found, key=lambda one: one.ended)


def truth_of(evidence: Evidence, called: Callable[[str], str] | None) -> dict[str, Any]:
    """The truth with the names by which servers and pools are known after they are rewritten.

    `called` is how a pool is called then, None where it has no name.
    """
    names = Names(evidence)
    pools = {row[0] for row in evidence.case.rows("select distinct pool from requests")}

    def also(told: Sequence[str]) -> list[str]:
        here = [pool for pool in told if pool in pools]
        return names.targets(told) + ([called(p) for p in here] if called else names.of(here))

    truth = evidence.truth
    skewed = [skew | {"pool": also(skew["pool"])} for skew in truth["skewed_pools"]]
    optional = also(truth["optional_pools"])
    return {"target": also(truth["target"]), "skewed_pools": skewed, "optional_pools": optional}


def _spread(rows: Sequence[Any]) -> Iterator[Any]:
    """Rows with ends that are spread over their second where the log has whole ones."""
    within: dict[float, int] = defaultdict(int)
    for row in rows:
        within[row[3]] += row[4] >= 1
    seen: dict[float, int] = defaultdict(int)
    for row in rows:
        if row[4] < 1:
            yield row
            continue
        seen[row[3]] += 1
        later = (seen[row[3]] - 0.5) / within[row[3]]
        yield (*row[:2], row[2] + later, row[3] + later, *row[4:])


def _said(evidence: Evidence) -> Mapping[tuple[str, ...], Sequence[tuple[float, str]]]:
    """What nginx's error log says of requests."""
    found: dict[tuple[str, ...], list[tuple[float, str]]] = defaultdict(list)
    for at, client, method, path, query, message in evidence.case.rows(_SAID):
        found[client, method, path, query].append((at, message))
    return found


def _exchange(
    row: Any,
    names: Names,
    said: Mapping[tuple[str, ...], Sequence[tuple[float, str]]],
    tried: Mapping[str, list[Any]],
) -> Exchange:
    (
        event, form, started, ended, _, client, method, path, query, protocol, status, size, _,
        server, pool, agent, rid, flags, retries, again, queue, connect, header, response, _, host,
    ) = row  # fmt: skip
    haproxy = form.startswith("haproxy")
    key = (client or "", method or "", path or "", query or "")
    words = [m for at, m in said.get(key, ()) if started - 1.1 <= at <= ended + 1.1]
    took = ended - started
    if haproxy:
        ending = _by_flags(flags or "----", server)
        tries = _haproxy_tries(
            names,
            pool,
            server,
            ending,
            status,
            connect,
            header,
            took - (queue or 0),
            retries,
            again,
        )
    else:
        listed = tried.get(event) or [(server, status, connect, header, response)]
        tries = tuple(
            Try(
                address, address,
                _by_status(state, connect, header, response, words, state if i else status),
                state, connect, header, took if response is None else response,
            )
            for i, (address, state, connect, header, response) in zip(
                range(len(listed) - 1, -1, -1), listed, strict=True
            )
            if address and ":" in address
        )  # fmt: skip
        ending = tries[-1].ending if tries else _unasked(status, server)
        if status == 499:
            ending = Ending.LEFT
    return Exchange(
        started, ended, client or "-", method or "-",
        (path or "-") + (f"?{query}" if query else ""), protocol or "HTTP/1.1",
        host or "www.example.org", status, size or 0, agent, rid, pool or "web", queue or 0.0,
        ending, tries,
    )  # fmt: skip


def _by_flags(flags: str, server: str | None) -> Ending:
    """HAProxy's session state at disconnection (its manual, 8.5)."""
    who, when = flags[0], flags[1]
    if who in "Cc":
        return Ending.LEFT
    if who == "P" or who == "L":
        return Ending.LIMITED if who == "P" and when in "RQ" else Ending.OWN
    if server is None:
        return Ending.QUEUED if flags.startswith("sQ") else Ending.NO_SERVER
    return {
        "SC": Ending.REFUSED, "sC": Ending.UNREACHED, "sQ": Ending.QUEUED, "SH": Ending.CLOSED,
        "sH": Ending.TIMEOUT, "SD": Ending.BROKEN, "sD": Ending.BROKEN,
    }.get(who + when, Ending.ANSWERED)  # fmt: skip


def _haproxy_tries(
    names: Names,
    pool: str,
    server: str | None,
    ending: Ending,
    status: int | None,
    connect: float | None,
    header: float | None,
    took: float,
    retries: int | None,
    redispatched: bool | None,
) -> tuple[Try, ...]:
    """HAProxy tells how often it tried, and of the last server only."""
    if server is None or ending in UNASKED:
        return ()
    address = names.address(pool, server)
    last = Try(address, server, ending, status, connect, header, took)
    earlier = Try(address, server, Ending.REFUSED, 502, None, None, 0.0)
    return (*[earlier] * (0 if redispatched else retries or 0), last)


def _by_status(
    state: int | None,
    connect: float | None,
    header: float | None,
    response: float | None,
    words: Sequence[str],
    status: int | None,
) -> Ending:
    """What nginx writes as a server's 502 or 504 may be its own; its error log says which."""
    said = " ".join(words)
    if status == 499 and state in {None, 499}:
        return Ending.LEFT
    if header is not None or state not in {502, 504} or status != state:
        return Ending.ANSWERED
    if state == 504:
        unreached = "while connecting to upstream" in said and "timed out" in said
        return Ending.UNREACHED if unreached else Ending.TIMEOUT
    if "closed connection" in said or "reset by peer" in said or connect is not None:
        return Ending.CLOSED
    if "refused" in said or "while connecting" in said:
        return Ending.REFUSED
    return Ending.REFUSED if (response or 0.0) <= _AT_ONCE_S else Ending.CLOSED


def _unasked(status: int | None, server: str | None) -> Ending:
    if status == 499:
        return Ending.LEFT
    if server and ":" not in server:
        return Ending.NO_SERVER
    return {502: Ending.NO_SERVER, 503: Ending.LIMITED, 429: Ending.LIMITED}.get(
        status or 0, Ending.OWN
    )
