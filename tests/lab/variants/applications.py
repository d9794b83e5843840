"""The applications' logs written again in other styles: ECS, logback, logfmt."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tests.lab.variants.common import moment, zulu
from tests.lab.variants.evidence import UnfitError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.variants.evidence import Evidence, Log

_SAID: Final = """
select epoch(ts) as at, level, coalesce(logger, 'server') as logger, message, detail, instance,
    method, path || coalesce('?' || query, '') as path, status, duration_s, client, request_id
from events where source_id = $source and ts is not null order by line
"""


def rewritten(evidence: Evidence, write: Callable[[dict[str, Any]], str]) -> Evidence:
    """Write each record of every instance again.

    Raises:
        UnfitError: there is no application's log.
    """
    if not evidence.of("application"):
        raise UnfitError

    def change(log: Log) -> bytes:
        names, rows = evidence.case.table(_SAID, {"source": log.source})
        told = (dict(zip(names, row, strict=True)) for row in rows)
        return "".join(write(one) + "\n" for one in told).encode("utf-8", "surrogateescape")

    new = evidence.changed(change, "application")
    logs = (
        replace(log, name=log.name.partition(".")[0] + ".log") if log.role == "application" else log
        for log in new.logs
    )
    return replace(new, logs=tuple(logs))


def _words(one: dict[str, Any]) -> tuple[str, str]:
    """What was said, and the trace below it."""
    if one["status"] is not None:
        return "request finished", ""
    said, _, trace = str(one["message"] or "").partition("\n")
    return said, trace or (one["detail"] or "")


def ecs(one: dict[str, Any]) -> str:
    """Elastic's common schema, nested as its own loggers write it."""
    said, trace = _words(one)
    doc: dict[str, Any] = {
        "@timestamp": zulu(one["at"]),
        "log": {"level": (one["level"] or "info").upper(), "logger": one["logger"]},
        "message": said, "host": {"hostname": one["instance"]}, "ecs": {"version": "8.11"},
    }  # fmt: skip
    if one["status"] is not None:
        doc["http"] = {
            "request": {"method": one["method"]}, "response": {"status_code": one["status"]},
        }  # fmt: skip
        doc["url"] = {"original": one["path"]}
        doc["event"] = {"duration": int((one["duration_s"] or 0) * 1e9)}
        doc["client"] = {"ip": one["client"]}
    if one["request_id"]:
        doc["trace"] = {"id": one["request_id"]}
    if trace:
        doc["error"] = {"stack_trace": trace}
    return json.dumps(doc)


def logback(one: dict[str, Any]) -> str:
    """Spring Boot's console: a request is told in words."""
    said, trace = _words(one)
    if one["status"] is not None:
        took = round((one["duration_s"] or 0) * 1000)
        said = f'{one["client"] or "-"} "{one["method"]} {one["path"]}" {one["status"]} {took}ms'
    if one["request_id"]:
        said += f" [{one['request_id']}]"
    level = {"warning": "WARN"}.get(one["level"], (one["level"] or "info").upper())
    at = one["at"]
    stamp = f"{moment(at):%Y-%m-%dT%H:%M:%S}.{moment(at).microsecond // 1000:03d}Z"
    logger = f"com.example.{one['logger']}"
    head = f"{stamp} {level:>5} 412 --- [{one['instance'] or 'app'}] [nio-8080-exec-3]"
    return f"{head} {logger:<40} : {said}" + (f"\n{trace}" if trace else "")


def logfmt(one: dict[str, Any]) -> str:
    """Keys and values, with Go's durations."""
    said, trace = _words(one)
    at = one["at"]
    parts = [
        f"ts={zulu(at)} level={one['level'] or 'info'} host={one['instance']}",
        f"msg={json.dumps(said)}",
    ]
    if one["status"] is not None:
        parts.append(
            f"method={one['method']} path={json.dumps(one['path'])} status={one['status']}"
        )
        parts.append(
            f"duration={(one['duration_s'] or 0) * 1000:.3f}ms remote_addr={one['client']}"
        )
    if one["request_id"]:
        parts.append(f"request_id={one['request_id']}")
    if trace:
        parts.append(f"err={json.dumps(trace)}")
    return " ".join(parts)
