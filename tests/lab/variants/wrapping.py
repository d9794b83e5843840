"""The same lines in what collectors put around them: containers and syslog daemons."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.lab.variants.common import zulu
from tests.lab.variants.layers import renamed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.lab.variants.evidence import Evidence, Log


def wrapped(evidence: Evidence, wrap: Callable[[float, str, str], str]) -> Evidence:
    """Put something around each line of all logs, with the time at which it was written."""
    ends = dict(evidence.case.rows("select (source_id, line)::varchar, epoch(ended) from requests"))

    def change(log: Log) -> bytes:
        at, out = _begin(evidence, log), []
        program = re.split(r"[.\-]log|\.", log.name.rpartition("/")[2])[0]
        for line, told, text in evidence.lines(log):
            at = max(at, _written(ends, log, line, told, at))
            lines = text.decode("utf-8", "surrogateescape").splitlines()
            out += [wrap(at, program, one) for one in lines]
        return "".join(f"{line}\n" for line in out).encode("utf-8", "surrogateescape")

    new = evidence.changed(change, "balancer", "application", "database")
    for role in ("application", "database"):
        new = renamed(new, role, ".log")
    return new


def _begin(evidence: Evidence, log: Log) -> float:
    found = evidence.case.row(
        "select epoch(min(ts)) from events where source_id = $source", {"source": log.source}
    )[0]
    return 0.0 if found is None else float(found)


def _written(
    ends: Mapping[str, float], log: Log, line: int, told: float | None, at: float
) -> float:
    """A request is logged when it is over, whatever its stamp marks."""
    ended = ends.get(f"({log.source}, {line})")
    return ended if ended is not None else told if told is not None else at


def cri(at: float, _: str, line: str) -> str:
    """Kubernetes' container runtimes: time, stream, tag."""
    return f"{zulu(at, 'microseconds')[:-1]}123Z stdout F {line}"


def docker(at: float, _: str, line: str) -> str:
    """Docker's json-file."""
    said = {"log": line + "\n", "stream": "stdout", "time": f"{zulu(at, 'microseconds')[:-1]}123Z"}
    return json.dumps(said, separators=(",", ":"), ensure_ascii=False)


def syslog(at: float, program: str, line: str) -> str:
    """RFC 3164, as rsyslog writes it into files: local time without a year.

    What HAProxy sent to a daemon by itself has a header already.
    """
    if re.match(r"(?:[A-Z][a-z]{2} [ \d]\d |\d{4}-\d\d-\d\dT)\S+ \S+ haproxy\[", line):
        return line
    moment = datetime.fromtimestamp(at, UTC)
    return f"{moment:%b} {moment.day:2d} {moment:%H:%M:%S} {program} {program}[412]: {line}"
