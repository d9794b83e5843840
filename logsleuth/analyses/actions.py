"""Changes put together to what somebody did: a rollout of many starts, a reload of many lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from logsleuth.analyses.changes import Change

Role = Literal["application", "balancer"]

# Two or three numbers: four are an address.
VERSION: Final = re.compile(r"(?<![\d.])\bv?(\d+\.\d+(?:\.\d+)?(?:[-+][\w.]+)?)\b(?!\.\d)")
# How far apart the lines of one action are: a balancer tells of a reload at once, instances start
# one after the other, and one that stops to start again is back within a minute.
_APART_S: Final[dict[str, float]] = {
    "reload": 2.0, "drained": 2.0, "release": 120.0, "restart": 30.0, "stop": 30.0, "change": 0.0,
}  # fmt: skip
_BACK_S: Final = 60.0
_NAMES: Final[dict[str, str]] = {
    "stop": "stop of {target}", "restart": "restart of {target}", "drained": "drain of {target}",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Action:
    """What was done, by the lines that tell of it in order of time; seconds since 1970."""

    kind: str
    name: str
    component: Role
    version: str | None
    changes: tuple[Change, ...]

    @property
    def ts(self) -> float:
        """When it began."""
        return self.changes[0].ts

    @property
    def until(self) -> float:
        """When the last line of it was written."""
        return self.changes[-1].ts

    @property
    def starts(self) -> tuple[Change, ...]:
        """The lines of it that tell of an instance that runs anew."""
        return tuple(c for c in self.changes if c.kind in {"deploy", "start"})


def group(changes: Sequence[Change]) -> tuple[Action, ...]:
    """Put changes, in order of time, together to actions, in order of their begin.

    What health checks tell of servers is nobody's action and left out. An instance that starts on
    the version that it had is restarted, not released.
    """
    open_: dict[tuple[str, str], list[Change]] = {}
    done: list[tuple[tuple[str, str], list[Change]]] = []
    for change, key in zip(changes, _keys(changes), strict=True):
        if key is None:
            continue
        lines = open_.get(key)
        if lines is None or change.ts - lines[-1].ts > _APART_S[key[0]]:
            lines = open_[key] = []
            done.append((key, lines))
        lines.append(change)
    ran: dict[str, str] = {}
    return tuple(_action(key, tuple(lines), ran) for key, lines in done)


def _keys(changes: Sequence[Change]) -> list[tuple[str, str] | None]:
    """What each change belongs to: from the last to the first, so that a stop knows its start."""
    found: list[tuple[str, str] | None] = []
    started: dict[str, tuple[float, tuple[str, str]]] = {}
    for change in reversed(changes):
        key = _key(change, started)
        if change.kind in {"deploy", "start"} and key is not None and change.target:
            started[change.target] = (change.ts, key)
        found.append(key)
    return found[::-1]


def _key(
    change: Change, started: Mapping[str, tuple[float, tuple[str, str]]]
) -> tuple[str, str] | None:
    if change.kind in {"server-down", "server-up"}:
        return None
    if change.kind in {"reload", "drained"}:
        return (change.kind, change.target if change.kind == "drained" else "")
    if change.kind == "stop":
        back = started.get(change.target)
        return back[1] if back and back[0] - change.ts <= _BACK_S else ("stop", "")
    told = VERSION.search(change.message)
    if told:
        return ("release", told[1])
    if change.role == "change":
        return ("change", change.event_id)
    return ("release" if change.kind == "deploy" else "restart", "")


def _action(key: tuple[str, str], lines: tuple[Change, ...], ran: dict[str, str]) -> Action:
    kind, version = key[0], key[1] if key[0] == "release" and key[1] else None
    targets = sorted({c.target for c in lines if c.target})
    if version and targets and all(ran.get(target) == version for target in targets):
        kind = "restart"
    ran.update((target, version) for target in targets if version)
    role: Role = "balancer" if lines[0].role == "balancer" else "application"
    return Action(kind, _name(kind, version, targets, lines), role, version, lines)


def _name(kind: str, version: str | None, targets: list[str], lines: tuple[Change, ...]) -> str:
    if kind == "release" and version:
        return version
    if kind == "change":
        return lines[0].message[:80]
    whose = targets[0] if len(targets) == 1 else f"{len(targets)} instances" if targets else ""
    told = _NAMES.get(kind, kind).format(target=whose or "an instance")
    at = datetime.fromtimestamp(lines[0].ts, UTC)
    return f"{told}{f' on {version}' if version else ''} at {at:%H:%M:%S} UTC"
