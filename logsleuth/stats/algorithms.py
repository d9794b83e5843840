"""Names the algorithm that dealt requests out, where its traits tell it from the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from logsleuth.stats.selection import Traits

# Fewer requests than this tell no algorithm, fewer than five times this no affinity of many keys.
_ENOUGH: Final = 150
# Each of these lies in the gap that played balancers leave: see the tests of this module.
# Affinity that fails over when a server is out decides less than all.
_DECIDES: Final = 0.25
_HINTS: Final = 0.1
_LEAST: Final = 0.92
_ORDERED: Final = 0.93
_IN_TURNS: Final = 0.35
# Of few requests phi itself scatters: by chance they look as even as this more rarely.
_FEW: Final = 1000
_IN_TURNS_OF_FEW: Final = 0.2
_BY_CHANCE: Final = (0.7, 2.5)
_LEVELLED: Final = 0.5
_EVEN: Final = 0.15
_APART: Final = 0.3
# A client's address is known to decide before its request is: one client may ask for one URI only.
_PREFERRED: Final = 0.05
_CLIENT: Final = "client"


@dataclass(frozen=True, slots=True)
class Inferred:
    """The algorithm in force as the requests show it, and by what.

    `algorithm` is `round-robin`, `random`, `least-conn`, `first`, `client-affinity`,
    `uri-affinity`, `single` where one server got everything, or None where several would have
    dealt the requests out alike.
    """

    algorithm: str | None
    because: str


def infer(seen: Traits) -> Inferred:
    """Name the algorithm whose traits a period of one pool shows; None rather than a guess."""
    if seen.requests < _ENOUGH:
        return Inferred(None, f"{seen.requests} requests are too few to tell")
    if seen.servers < 2:
        return Inferred("single", "one server got every request")
    return _by_key(seen) or _by_load(seen) or _by_scatter(seen)


def differ(before: Inferred, during: Inferred, first: Traits, second: Traits) -> bool:
    """Whether the algorithm changed for certain, and not only what could be told of it."""
    names = {before.algorithm, during.algorithm}
    if None in names or len(names) == 1 or "single" in names:
        return False
    if names <= {"round-robin", "least-conn"}:
        # In front of equal servers the two choose alike.
        return abs((first.least or 0.0) - (second.least or 0.0)) > _APART
    if names == {"round-robin", "random"}:
        # A server that fails and comes back makes turns look like chance.
        return False
    if names == {"first", "random"}:
        return abs((first.ordered or 0.5) - (second.ordered or 0.5)) > _APART
    keyed = {name for name in names if name and name.endswith("-affinity")}
    return not keyed or all(set(t.keys) >= {k.removesuffix("-affinity") for k in keyed}
                            for t in (first, second))  # fmt: skip


def _by_key(seen: Traits) -> Inferred | None:
    if not seen.keys:
        return None
    name = max(seen.keys, key=lambda k: (seen.keys[k] + _PREFERRED * (k == _CLIENT), k))
    told = seen.keys[name]
    if told < _DECIDES:
        return None
    return Inferred(f"{name}-affinity", f"the {name} explains {told:.0%} of the choice of server")


def _by_load(seen: Traits) -> Inferred | None:
    """By the requests that each server had at hand when the next one came."""
    least, ordered = seen.least or 0.0, seen.ordered or 0.5
    if ordered >= _ORDERED and least < 0.5 and seen.top > 1.2 / seen.servers:
        return Inferred(
            "first", f"others were chosen when the first was full ({ordered:.0%} of the time)"
        )
    levelled = seen.busy_spread is not None and seen.busy_spread < max(seen.spread, _EVEN)
    if seen.least is None and seen.busy_spread is not None and seen.spread >= _EVEN:
        if seen.busy_spread > _LEVELLED * seen.spread:
            return None
        return Inferred(
            "least-conn",
            f"the servers had equally many requests at hand (variation {seen.busy_spread:.2f}), "
            f"while they got unequally many ({seen.spread:.2f})",
        )
    strict = seen.phi is not None and seen.phi < 0.03 and seen.spread < _EVEN
    if least >= _LEAST and (levelled or seen.spread < _EVEN) and not strict:
        return Inferred(
            "least-conn", f"the least busy server was chosen, {least:.0%} of what is possible"
        )
    return None


def _by_scatter(seen: Traits) -> Inferred:
    if seen.phi is None:
        return Inferred(None, "too few requests for each server to tell how they scatter")
    scatter = f"shares scatter {seen.phi:.2f} times as much as at random"
    in_turns = _IN_TURNS if seen.requests >= _FEW else _IN_TURNS_OF_FEW
    if seen.phi <= in_turns:
        return Inferred("round-robin", scatter)
    if not seen.exact:
        # Within one second the order of the log is that of the durations.
        return Inferred(None, f"{scatter} in the order of whole seconds, which tells nothing")
    low, high = _BY_CHANCE
    if _CLIENT not in seen.keys or max(seen.keys.values()) > _HINTS or not low <= seen.phi <= high:
        return Inferred(None, f"{scatter}, which several algorithms do")
    if (seen.least or 0.0) > 0.5:
        return Inferred(None, "the less busy servers were preferred, which several algorithms do")
    return Inferred("random", f"{scatter}, and no key explains the choice")
