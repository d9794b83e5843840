"""PostgreSQL's log written again by its other destinations and with another prefix."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tests.lab.variants.common import moment
from tests.lab.variants.evidence import UnfitError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.variants.evidence import Evidence, Log

_LEVELS: Final = {
    "info": "LOG",
    "warning": "WARNING",
    "error": "ERROR",
    "fatal": "FATAL",
    "debug": "DEBUG1",
}
_SAID: Final = """
select epoch(ts), level, coalesce(pid, 1), coalesce(user_name, ''), coalesce(database, ''),
    error_code, message, detail, statement, duration_s is not null
from events where source_id = $source order by line
"""
_EXTRA: Final = {"DETAIL": 1, "HINT": 2, "CONTEXT": 3}


def rewritten(evidence: Evidence, write: Callable[[int, Any], str], name: str) -> Evidence:
    """Write each record of PostgreSQL again.

    Raises:
        UnfitError: the database is another, or has no log.
    """
    if not any(log.format.startswith("postgresql") for log in evidence.of("database")):
        raise UnfitError

    def change(log: Log) -> bytes:
        rows = evidence.case.rows(_SAID, {"source": log.source})
        return "".join(write(i, row) for i, row in enumerate(rows)).encode()

    new = evidence.changed(change, "database")
    logs = (
        replace(log, name=log.name.partition(".")[0] + name) if log.role == "database" else log
        for log in new.logs
    )
    return replace(new, logs=tuple(logs))


def _parts(detail: str | None) -> dict[str, str]:
    """The detail, hint and context of a message, which the case has in one text."""
    found: dict[str, str] = {}
    last = "DETAIL"
    for line in (detail or "").split("\n"):
        word, colon, text = line.partition(":  ")
        if colon and word in _EXTRA:
            last, line = word, text  # noqa: PLW2901
        found[last] = f"{found[last]}\n{line}" if last in found else line
    return {word: text for word, text in found.items() if text}


def csvlog(number: int, row: Any) -> str:
    """A row of csvlog as PostgreSQL 14 and newer write it."""
    at, level, pid, user, database, code, message, detail, statement, timed = row
    extra, stamp = (
        _parts(detail),
        f"{moment(at):%Y-%m-%d %H:%M:%S}.{moment(at).microsecond // 1000:03d} UTC",
    )
    begun = f"{moment(at - 60):%Y-%m-%d %H:%M:%S} UTC"
    cells = [
        stamp, user, database, pid, "10.0.0.9:40000" if user else "",
        f"{int(at - 60):x}.{pid:x}", number + 1, "SELECT" if user else "", begun,
        "7/0" if user else "", 0, _LEVELS[level or "info"], code or "00000",
        message, extra.get("DETAIL"), extra.get("HINT"), "", "", extra.get("CONTEXT"),
        "" if timed else statement, "", "", "web" if user else "",
        "client backend" if user else "checkpointer", "", 0,
    ]  # fmt: skip
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_MINIMAL).writerow(cells)
    return out.getvalue()


def jsonlog(number: int, row: Any) -> str:
    """An object of jsonlog, PostgreSQL 15 and newer."""
    at, level, pid, user, database, code, message, detail, statement, timed = row
    extra = _parts(detail)
    said = {
        "timestamp": f"{moment(at):%Y-%m-%d %H:%M:%S}.{moment(at).microsecond // 1000:03d} UTC",
        "user": user, "dbname": database, "pid": pid, "session_id": f"{int(at - 60):x}.{pid:x}",
        "line_num": number + 1, "error_severity": _LEVELS[level or "info"], "state_code": code,
        "message": message, "detail": extra.get("DETAIL"), "hint": extra.get("HINT"),
        "context": extra.get("CONTEXT"), "statement": None if timed else statement,
        "backend_type": "client backend" if user else "checkpointer", "query_id": 0,
    }  # fmt: skip
    return json.dumps({key: value for key, value in said.items() if value not in {None, ""}}) + "\n"


def rds(_: int, row: Any) -> str:
    """Amazon RDS's prefix, which can't be changed: `%t:%r:%u@%d:[%p]:`, whole seconds."""
    at, level, pid, user, database, _code, message, detail, statement, timed = row
    peer = "10.0.0.9(40000)" if user else ""
    head = f"{moment(at):%Y-%m-%d %H:%M:%S} UTC:{peer}:{user}@{database}:[{pid}]:"
    lines = [f"{head}{_LEVELS[level or 'info']}:  {message}".replace("\n", "\n\t")]
    for word, text in _parts(detail).items():
        lines.append(f"{head}{word}:  {text}".replace("\n\t", "\n").replace("\n", "\n\t"))
    if statement and not timed:
        lines.append(f"{head}STATEMENT:  {statement}".replace("\n", "\n\t"))
    return "".join(f"{line}\n" for line in lines)
