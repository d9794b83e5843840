"""Paths that applications were asked for since the onset though no client asked for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from logsleuth.analyses.application import ServedRoute
    from logsleuth.analyses.facts import Facts

_FEW: Final = 8
# A path may have been asked for now and then before: probes, people who mistype. Or in the second
# before the onset that a stamp of whole seconds leaves open: so much of the lines, or so rarely.
_NEW: Final = 0.02
_RARER: Final = 0.05
_REFUSED: Final = 0.5


def paths(facts: Facts) -> tuple[ServedRoute, ...]:
    """The applications' routes, mostly refused, that only a rewriting balancer can ask for."""
    asked = set(facts.traffic.routes) | {_path(route) for route in facts.traffic.routes}
    return tuple(
        r for r in facts.served_routes
        if r.during >= _FEW
        and _is_new(facts, r)
        and r.refused_during > _REFUSED * r.during
        and r.route not in asked
        and _path(r.route) not in asked
    )  # fmt: skip


def _is_new(facts: Facts, route: ServedRoute) -> bool:
    rate = route.during / facts.seconds_during
    rarer = route.before <= _RARER * rate * facts.seconds_before
    return rarer or route.before <= _NEW * route.during


def _path(route: str) -> str:
    """A route without its method, which some applications don't log."""
    return route.split(" ", 1)[-1]
