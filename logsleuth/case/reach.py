"""From when to when a case has lines: what times that people type are told by."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Final

from logsleuth.moments import Reach

if TYPE_CHECKING:
    from logsleuth.case.store import Case

# "Ago" is counted from the balancer's last line: one other clock that is years ahead moves nothing.
_SPAN: Final = """
with placed as (
    select role, since - to_microseconds((clock_shift_s * 1000000)::bigint) as since,
        until - to_microseconds((clock_shift_s * 1000000)::bigint) as until
    from sources
    where since is not null and events > 0
)
select
    coalesce(min(since) filter (where role = 'balancer'), min(since)),
    coalesce(max(until) filter (where role = 'balancer'), max(until))
from placed"""


def reach(case: Case, zone: tzinfo = UTC) -> Reach:
    """Return the span of the balancer's lines, or of all where there are none of one."""
    first, last = case.row(_SPAN)
    return Reach(_utc(first), _utc(last), zone)


def _utc(ts: datetime | None) -> datetime | None:
    return None if ts is None else ts.replace(tzinfo=UTC)
