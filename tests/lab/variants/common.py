"""What every software's log is written with: statuses, times, and what it says of servers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from tests.lab.variants.evidence import Log
from tests.lab.variants.exchanges import UNASKED, Ending, exchanges, truth_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.lab.variants.evidence import Evidence
    from tests.lab.variants.exchanges import Exchange

# What each answers itself where there is no answer of a server.
OWN: Final[Mapping[str, Mapping[Ending, int]]] = {
    # Envoy answers 503 for whatever is not a timeout.
    "envoy": {
        Ending.REFUSED: 503, Ending.UNREACHED: 503, Ending.CLOSED: 503, Ending.TIMEOUT: 504,
        Ending.NO_SERVER: 503, Ending.QUEUED: 503, Ending.LIMITED: 429,
    },
    "alb": {
        Ending.REFUSED: 502, Ending.UNREACHED: 504, Ending.CLOSED: 502, Ending.TIMEOUT: 504,
        Ending.NO_SERVER: 503, Ending.QUEUED: 503, Ending.LIMITED: 503, Ending.LEFT: 460,
    },
    "traefik": {
        Ending.REFUSED: 502, Ending.UNREACHED: 504, Ending.CLOSED: 502, Ending.TIMEOUT: 504,
        Ending.NO_SERVER: 503, Ending.QUEUED: 503, Ending.LIMITED: 429, Ending.LEFT: 499,
    },
    "caddy": {
        Ending.REFUSED: 502, Ending.UNREACHED: 502, Ending.CLOSED: 502, Ending.TIMEOUT: 504,
        Ending.NO_SERVER: 503, Ending.QUEUED: 503, Ending.LIMITED: 429, Ending.LEFT: 499,
    },
    "apache": {
        Ending.REFUSED: 503, Ending.UNREACHED: 503, Ending.CLOSED: 502, Ending.TIMEOUT: 504,
        Ending.NO_SERVER: 503, Ending.QUEUED: 503, Ending.LIMITED: 503, Ending.LEFT: 502,
    },
    "nginx": {
        Ending.REFUSED: 502, Ending.UNREACHED: 504, Ending.CLOSED: 502, Ending.TIMEOUT: 504,
        Ending.NO_SERVER: 502, Ending.QUEUED: 503, Ending.LIMITED: 503, Ending.LEFT: 499,
    },
    "haproxy": {
        Ending.REFUSED: 503, Ending.UNREACHED: 503, Ending.CLOSED: 502, Ending.TIMEOUT: 504,
        Ending.NO_SERVER: 503, Ending.QUEUED: 503, Ending.LIMITED: 429,
    },
}  # fmt: skip


def status_of(one: Exchange, software: str) -> int | None:
    """The status that some software gives its client where there is no answer of a server."""
    if one.ending is Ending.LEFT and one.status not in {None, 499}:
        return one.status
    return OWN[software].get(one.ending, one.status)


def swapped(
    evidence: Evidence,
    name: str,
    write: Callable[[Exchange], str],
    called: Callable[[str], str] | None = str,
) -> Evidence:
    """Put one log of other software in the place of all of the balancer's and its configuration."""
    data = "".join(write(one) + "\n" for one in exchanges(evidence)).encode()
    names = {log.name for log in evidence.of("balancer")}
    folder = "balancer/" if any(n.startswith("balancer/") for n in names) else ""
    log = Log(folder + name, "balancer", name, -1, 0.001, None, data)
    rest = [one for one in evidence.logs if one.role not in {"balancer", "configuration"}]
    return replace(evidence, logs=(*rest, log)).told(**truth_of(evidence, called))


def moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def zulu(at: float, digits: str = "milliseconds") -> str:
    return moment(at).isoformat(timespec=digits).replace("+00:00", "Z")


def clf(at: float) -> str:
    return f"{moment(at):%d/%b/%Y:%H:%M:%S +0000}"


def ms(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds * 1000:.0f}"


def asked_of(one: Exchange) -> str | None:
    return None if one.ending in UNASKED or one.last is None else one.last.server


def answer_s(one: Exchange) -> float | None:
    """How long it took until a server's answer began."""
    last = one.last
    if last is None or last.ending not in {Ending.ANSWERED, Ending.BROKEN}:
        return None
    return last.took_s if last.header_s is None else last.header_s
