"""The dozen moments worth telling, each with its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.analyses.series import moment
from logsleuth.model import Moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from logsleuth.analyses.changes import Change
    from logsleuth.analyses.facts import Facts
    from logsleuth.model import RootCause

_MOST: Final = 40
_KINDS: Final = {
    "reload": "balancer reconfigured",
    "drained": "server taken out",
    "server-down": "server marked down",
    "server-up": "server back",
    "deploy": "deploy",
    "start": "instance started",
    "stop": "instance stopped",
}
_WORDS: Final = {
    "database-down": ("database", "database stops"),
    "database-up": ("database", "database starts"),
    "database-unreachable": ("application", "application can't reach the database"),
    "no-connections": ("database", "no connection to be had"),
    "deadlocks": ("database", "statements deadlock"),
    "locks": ("database", "statements wait for locks"),
    "statement-timeout": ("database", "statements are cancelled"),
    "pool-exhausted": ("application", "no database connection left in the pool"),
    "overload": ("application", "application turns requests away"),
    "resources": ("application", "application runs out of resources"),
    "balancer-limit": ("balancer", "balancer reaches a limit"),
    "no-live-upstreams": ("balancer", "no server left in an upstream"),
    "upstream-refused": ("balancer", "connections to a server refused"),
    "upstream-timeout": ("balancer", "balancer gives up waiting"),
}


def build(facts: Facts, cause: RootCause) -> tuple[Moment, ...]:
    """Order onset, end, changes, the first of each kind of words and the first slow statements."""
    found = [
        *_window(facts, cause),
        *changes(facts.changes, facts.window.onset),
        *_words(facts),
        *_shares(facts),
        *_statements(facts),
    ]
    return tuple(sorted(found, key=lambda m: (m.ts, m.kind, m.title)))


def changes(all_changes: Sequence[Change], near: float | None) -> Iterator[Moment]:
    """Changes as moments; where there are many, those nearest to the onset."""
    chosen = list(all_changes)
    if near is not None:
        chosen.sort(key=lambda c: abs(c.ts - near))
    for change in sorted(chosen[:_MOST], key=lambda c: c.ts):
        whose = f"{change.target}: " if change.target else ""
        title = f"{_KINDS[change.kind]}: {whose}{change.message}"
        component = "balancer" if change.role == "balancer" else "application"
        yield Moment(moment(change.ts), "change", component, title[:200], (change.event_id,))


def _window(facts: Facts, cause: RootCause) -> Iterator[Moment]:
    window, bad = facts.window, facts.during & facts.badness.bad
    yield Moment(
        moment(window.onset), "onset", cause.component,
        f"the first of {int(bad.sum())} requests that went badly", facts.cite(bad, 1),
    )  # fmt: skip
    if window.ended is not None:
        yield Moment(moment(window.ended), "end", cause.component, "back to the baseline")


def _words(facts: Facts) -> Iterator[Moment]:
    for kind, (component, title) in _WORDS.items():
        said = [w for w in facts.said(kind) if w.first is not None]
        first = min(said, key=lambda w: (w.first or 0.0, w.instance), default=None)
        if first is not None and first.first is not None:
            count = sum(w.during for w in said)
            text = (first.message or "").split("\n")[0]
            yield Moment(
                moment(first.first), "words", component, f"{title} ({count} lines): {text}"[:200],
                (first.event,) if first.event else (),
            )  # fmt: skip


def _shares(facts: Facts) -> Iterator[Moment]:
    for pool in facts.pools:
        if pool.changed_at is None or (pool.moved or 0.0) < 0.05:
            continue
        hot = max(pool.servers, key=lambda s: (s.during.share - s.before.share, s.server))
        yield Moment(
            moment(pool.changed_at), "shares", "balancer",
            f"shares of pool {pool.pool} change: {hot.server} goes from {hot.before.share:.0%} to "
            f"{hot.during.share:.0%}",
        )  # fmt: skip


def _statements(facts: Facts) -> Iterator[Moment]:
    for one in facts.database.statements[:2]:
        if one.first_started is not None and one.calls_during >= 5:
            yield Moment(
                moment(one.first_started), "statements", "database",
                f"{one.calls_during} slow statements begin: {one.fingerprint}"[:200],
                (one.first_event,) if one.first_event else (),
            )  # fmt: skip
