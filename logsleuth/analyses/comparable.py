"""How good the evidence of two cases is beside each other, and what can't be compared for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.analyses.contrasts import base_names
from logsleuth.analyses.coverage_fields import ENOUGH, NAMES
from logsleuth.analyses.statements import sql
from logsleuth.compared import Caveat, Quality

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from logsleuth.analyses.measured import Measured
    from logsleuth.case.store import Case
    from logsleuth.compared import Side

_FEW: Final = 100
# Stretches whose lengths differ by more than this, or that lie so far apart in the day, have other
# traffic for that alone.
_LONGER: Final = 3.0
_HOURS: Final = 3.0
# So many more failures than on the other side make latencies those of failures.
_OTHERWISE: Final = 0.05
_DAY_S: Final = 86400
_NOTHING: Final[tuple[float | None, str | None, list[str]]] = (None, None, [])
_ROLES: Final = ("balancer", "application", "database")


def quality(
    cases: tuple[Case, Case], sides: tuple[Side, Side], measured: tuple[Measured, Measured]
) -> Iterator[Quality]:
    """Each fact of the evidence on both sides, the same facts in the same order always."""
    first, second = (side.found for side in sides)
    for name in ("lines", "events", "rejected"):
        yield Quality(name, first.total(name), second.total(name))
    yield Quality("files", len(first.sources), len(second.sources))
    yield Quality("warnings", len(first.warnings), len(second.warnings))
    kinds = [{row[0]: row[1:] for row in case.rows(sql("stamp_steps"))} for case in cases]
    one, other = (kind.get("balancer", _NOTHING) for kind in kinds)
    yield Quality("requests formats", one[1], other[1])
    for role in _ROLES:
        one, other = (kind.get(role, _NOTHING) for kind in kinds)
        yield Quality(f"{role} formats", ", ".join(one[2]) or None, ", ".join(other[2]) or None)
        yield Quality(f"{role} stamps_s", one[0], other[0])
    base, case = measured
    yield Quality("durations step_s", base.step_s, case.step_s)
    for field, said in NAMES.items():
        yield Quality(f"a request {said}", base.fields.get(field), case.fields.get(field))
    wrong = [sum(clock.corrected for clock in found.clocks) for found in (first, second)]
    yield Quality("clocks corrected", *wrong)


def caveats(
    sides: tuple[Side, Side], measured: tuple[Measured, Measured], facts: Sequence[Quality],
    configured: tuple[bool, bool], apart: Sequence[str],
) -> tuple[Caveat, ...]:  # fmt: skip
    """What isn't comparable, and why; what prevents a comparison first.

    Args:
        sides: both cases.
        measured: their figures.
        facts: what `quality` gave.
        configured: whether each has a configuration.
        apart: pools of one name that have no server in common.
    """
    found = [
        *_same_evidence(sides), *_requests(measured), *_fields(measured), *_failed(measured),
        *_steps(facts),
        *_formats(facts), *_subjects(measured, apart), *_configured(configured),
        *_layers(facts), *_stretches(sides),
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda c: not c.prevents))


def told_durations(measured: tuple[Measured, Measured]) -> bool:
    """Whether both sides say of nearly all requests how long they took."""
    return all(m.fields.get("duration", 0.0) >= ENOUGH for m in measured)


def _same_evidence(sides: tuple[Side, Side]) -> Iterator[Caveat]:
    first, second = (
        {s.sha256 for s in side.found.sources if s.role != "configuration"} for side in sides
    )
    both = first & second
    if both and first == second:
        yield Caveat("evidence", "both sides have the same logs: nothing can differ", False)
    elif both:
        yield Caveat("evidence", f"{len(both)} of the logs are in both sides", False)


def _requests(measured: tuple[Measured, Measured]) -> Iterator[Caveat]:
    for name, side in zip(("base", "case"), measured, strict=True):
        count = side.whole.counts.requests
        if not count:
            why = f"{name} has no request of a balancer: no rates, latencies or shares"
            yield Caveat("requests", why, True)
        elif count < _FEW:
            yield Caveat("requests", f"{name} has only {count} requests: intervals are wide", False)


def _fields(measured: tuple[Measured, Measured]) -> Iterator[Caveat]:
    prevented = {"duration": "latencies", "server": "shares and servers"}
    for field, what in prevented.items():
        parts = [m.fields.get(field) for m in measured]
        for name, part in zip(("base", "case"), parts, strict=True):
            if part is not None and part < ENOUGH:
                why = f"in {name} {part:.0%} of the requests {_plural(field)}"
                yield Caveat(what, why, field == "duration" or part == 0)


def _failed(measured: tuple[Measured, Measured]) -> Iterator[Caveat]:
    """Failures are slow where something gives up waiting, and fast where it is refused."""
    counts = [m.whole.counts for m in measured]
    rates = [c.failed / c.requests for c in counts if c.requests]
    if len(rates) == 2 and abs(rates[0] - rates[1]) >= _OTHERWISE:
        why = f"{rates[0]:.0%} of base and {rates[1]:.0%} of case failed, and are among them"
        yield Caveat("latencies", why, False)


def _plural(field: str) -> str:
    return {"duration": "have a duration", "server": "name a server"}[field]


def _steps(facts: Sequence[Quality]) -> Iterator[Caveat]:
    """Logs of one second against logs of milliseconds."""
    for fact in facts:
        if not fact.name.endswith(("stamps_s", "step_s")):
            continue
        one, other = fact.base, fact.case
        if not isinstance(one, float) or not isinstance(other, float) or one == other:
            continue
        coarse, fine = ("base", "case") if one > other else ("case", "base")
        step = (
            f"{coarse} tells them to {max(one, other):g} s, {fine} to {min(one, other) or 1e-6:g} s"
        )
        if fact.name.startswith("durations"):
            yield Caveat("latencies", f"{step}: intervals are widened by that", False)
        else:
            role = fact.name.partition(" ")[0]
            yield Caveat(
                f"times of the {role}", f"{step}: onset, order and algorithm only so exactly", False
            )


def _formats(facts: Sequence[Quality]) -> Iterator[Caveat]:
    fact = next(f for f in facts if f.name == "requests formats")
    if fact.base and fact.case and fact.base != fact.case:
        why = (
            f"base is {fact.base}, case {fact.case}: what counts as failed and from when a"
            " duration runs differ by product"
        )
        yield Caveat("failures, latencies", why, False)


def _subjects(measured: tuple[Measured, Measured], apart: Sequence[str]) -> Iterator[Caveat]:
    base, case = measured
    if base.pools and case.pools and not base_names(base.pools, case.pools):
        names = ["/".join(sorted(m.pools)[:2]) for m in measured]
        yield Caveat("pools", f"no pool in common: {names[0]} in base, {names[1]} in case", True)
    for pool in apart:
        yield Caveat("shares", f"pool {pool} has no server that both sides have", True)
    if base.routes and case.routes and not base.routes.keys() & case.routes:
        yield Caveat("routes", "no route in common", True)
    more = base.more_routes, case.more_routes
    if any(more):
        why = f"the rarest are left out: {more[0]} in base, {more[1]} in case"
        yield Caveat("routes", why, False)


def _configured(configured: tuple[bool, bool]) -> Iterator[Caveat]:
    for name, there in zip(("base", "case"), configured, strict=True):
        if not there:
            yield Caveat("configuration", f"{name} has none", True)


def _layers(facts: Sequence[Quality]) -> Iterator[Caveat]:
    otherwise = []
    for role in _ROLES:
        fact = next(f for f in facts if f.name == f"{role} formats")
        if (fact.base is None) != (fact.case is None):
            name = "base" if fact.base is None else "case"
            yield Caveat(role, f"{name} has no log of it: its messages, its hypothesis", True)
        elif fact.base != fact.case:
            otherwise.append(f"{role} {fact.base} / {fact.case}")
    if otherwise:
        why = "what is new or gone may only be written, or collected, otherwise"
        yield Caveat("messages", f"{'; '.join(otherwise)}: {why}", False)


def _stretches(sides: tuple[Side, Side]) -> Iterator[Caveat]:
    first, second = (side.stretch for side in sides)
    if first is None or second is None:
        return
    if first.of != second.of:
        which = [{"incident": "its incident", "whole": "all of it"}[s.of] for s in (first, second)]
        yield Caveat("stretch", f"base is {which[0]}, case {which[1]}", False)
    longer = max(first.seconds, second.seconds) / min(first.seconds, second.seconds)
    if longer >= _LONGER:
        yield Caveat("stretch", f"one is {longer:.1f} times as long: compare rates", False)
    apart = abs(first.since.timestamp() - second.since.timestamp()) % _DAY_S / 3600
    if _HOURS < apart < 24 - _HOURS:
        why = f"they begin {min(apart, 24 - apart):.0f} h apart in the day: traffic differs by hour"
        yield Caveat("traffic", why, False)
