"""The log of an application instance, in one of several styles."""

from __future__ import annotations

import json
import time
import traceback
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.lab.tracebacks import tidy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass
class Entry:
    """Something that an application wants to say."""

    at: float
    level: str
    service: str
    instance: str
    message: str
    method: str = ""
    path: str = ""
    status: int = 0
    seconds: float = 0.0
    waited_s: float = 0.0
    database_s: float = 0.0
    client: str = ""
    rid: str = ""
    error: BaseException | None = None
    coarse: bool = False  # stamps in whole seconds

    @property
    def timespec(self) -> str:
        return "seconds" if self.coarse else "milliseconds"

    @property
    def request(self) -> bool:
        return self.status > 0

    def trace(self) -> str:
        """The traceback as Python prints it, without a last newline."""
        return "" if self.error is None else tidy("".join(traceback.format_exception(self.error)))

    def local(self) -> datetime:
        return datetime.fromtimestamp(self.at).astimezone()

    def iso(self) -> str:
        return self.local().isoformat(timespec=self.timespec)

    def zulu(self) -> str:
        moment = datetime.fromtimestamp(self.at, UTC)
        return moment.isoformat(timespec=self.timespec).replace("+00:00", "Z")


def _ecs(entry: Entry) -> str:
    doc: dict[str, object] = {
        "@timestamp": entry.zulu(),
        "log.level": entry.level,
        "message": entry.message,
        "service.name": entry.service,
        "service.node.name": entry.instance,
    }
    if entry.request:
        doc |= {
            "http.request.method": entry.method,
            "url.path": entry.path,
            "http.response.status_code": entry.status,
            "event.duration": int(entry.seconds * 1e9),
            "client.ip": entry.client,
        }
    if entry.rid:
        doc["trace.id"] = entry.rid
    if entry.error is not None:
        doc |= {"error.type": type(entry.error).__name__, "error.stack_trace": entry.trace()}
    return json.dumps(doc)


def _json(entry: Entry) -> str:
    doc: dict[str, object] = {
        "time": entry.iso(),
        "severity": entry.level.upper(),
        "app": entry.service,
        "node": entry.instance,
        "message": entry.message,
    }
    if entry.request:
        doc |= {
            "method": entry.method,
            "path": entry.path,
            "status": entry.status,
            "elapsed_ms": round(entry.seconds * 1000, 1),
            "sql_ms": round(entry.database_s * 1000, 1),
            "ip": entry.client,
        }
    if entry.rid:
        doc["correlation_id"] = entry.rid
    if entry.error is not None:
        doc["exception"] = entry.trace()
    return json.dumps(doc)


def _pino(entry: Entry) -> str:
    level = {"info": 30, "warning": 40, "error": 50}[entry.level]
    stamp = int(entry.at) * 1000 if entry.coarse else int(entry.at * 1000)
    doc: dict[str, object] = {"level": level, "time": stamp}
    doc["hostname"] = entry.instance
    if entry.request:
        request = {"method": entry.method, "url": entry.path, "remoteAddress": entry.client}
        if entry.rid:
            request["id"] = entry.rid
        doc["req"] = request
        doc["res"] = {"statusCode": entry.status}
        doc["responseTime"] = round(entry.seconds * 1000)
    elif entry.rid:
        doc["reqId"] = entry.rid
    if entry.error is not None:
        doc["err"] = {
            "type": type(entry.error).__name__,
            "message": str(entry.error),
            "stack": entry.trace(),
        }
    doc["msg"] = entry.message
    return json.dumps(doc, separators=(",", ":"))


def _logfmt(entry: Entry) -> str:
    head = f"time={entry.iso()} level={entry.level} svc={entry.service} host={entry.instance}"
    parts = [head, f"msg={json.dumps(entry.message)}"]
    if entry.request:
        parts.append(f'method={entry.method} uri="{entry.path}" code={entry.status}')
        parts.append(f"took={entry.seconds * 1000:.1f}ms wait={entry.waited_s * 1000:.1f}ms")
        parts.append(f"ip={entry.client}")
    if entry.rid:
        parts.append(f"rid={entry.rid}")
    if entry.error is not None:
        parts.append(f"err={json.dumps(repr(entry.error))}")
    return " ".join(parts)


def _said(entry: Entry) -> str:
    """The message of the two styles of Python's logging."""
    if not entry.request:
        text = entry.message + (f" [{entry.rid}]" if entry.rid else "")
        return text + ("\n" + entry.trace() if entry.error is not None else "")
    took = f"{entry.seconds * 1000:.0f}ms"
    text = f'{entry.client} "{entry.method} {entry.path}" {entry.status} {took}'
    return text + (f" [{entry.rid}]" if entry.rid else "")


def _python(entry: Entry) -> str:
    stamp = entry.local().strftime("%Y-%m-%d %H:%M:%S")
    if not entry.coarse:
        stamp += f",{int(entry.at * 1000) % 1000:03d}"
    name = f"{entry.service}.{'access' if entry.request else 'server'}"
    return f"{stamp} {entry.level.upper():<8} {name}: {_said(entry)}"


def _python_offset(entry: Entry) -> str:
    name = f"{entry.service}.{'request' if entry.request else 'error'}"
    return f"[{entry.iso()}] [{entry.level.upper()}] [{entry.instance}] {name} - {_said(entry)}"


STYLES: dict[str, Callable[[Entry], str]] = {
    "ecs": _ecs,
    "json": _json,
    "pino": _pino,
    "logfmt": _logfmt,
    "python": _python,
    "python_offset": _python_offset,
}


class Log:
    """An append-only log file in a style, on a clock that may be wrong."""

    def __init__(self, path: Path, style: str, skew_s: float) -> None:
        self._file = path.open("a", buffering=1)
        self._render = STYLES[style]
        self._skew_s = skew_s

    def write(self, entry: Entry) -> None:
        self._file.write(self._render(entry) + "\n")

    def now(self) -> float:
        return time.time() + self._skew_s
