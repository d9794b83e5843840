"""Peels the excess: the sharpest value first, then what is left of it, and what only rode along."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from logsleuth.analyses.values import LIKELY, RATIO, Value, compare, earlier, stand_out
from logsleuth.stats.odds import mantel_haenszel

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from logsleuth.analyses.cells import Cells
    from logsleuth.analyses.traffic import Array
    from logsleuth.stats.excess import Excess

_MOST: Final = 5
# A pair is the answer where it has nearly all that its sharper half has, in clearly fewer requests,
# and that half is nearly well without the other.
_KEPT: Final = 0.80
_NARROWER: Final = 0.80
_NEEDED: Final = 3.0
# Requests that two values share, of all that have either: above this nobody can tell them apart.
_SAME: Final = 0.95
# How the halves of a pair are named in order.
_RANK: Final = (
    "server", "release", "pool", "route", "method", "client", "client network", "user agent",
)  # fmt: skip

Members = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A value, or a pair of values that only together do harm."""

    value: Value
    members: Members
    covers: float = 0.0
    """The part of the whole excess that it took off what was left."""
    rides_on: str | None = None
    same_as: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Peeler:
    """The values to choose from, and the requests in cells that tell them apart.

    `tests` is how many values were looked at to find these, `phi` the dispersion of the harm by
    clients; `by_traffic` as in `values.count`.
    """

    told: Sequence[Value]
    cells: Cells
    tests: int
    phi: float
    by_traffic: bool

    def terms(self) -> tuple[Term, ...]:
        """One term after the other, each the sharpest for what the ones before have left."""
        left = np.ones(len(self.cells.n1), dtype=bool)
        found: list[Term] = []
        while self.told and len(found) < _MOST:
            term = self._best(left)
            if term is None:
                break
            found.append(term)
            left = left & ~self._mask(term.members)
        return tuple(replace(t, same_as=tuple(self._aliases(t))) for t in found)

    def rest(self, terms: Sequence[Term]) -> Iterator[Term]:
        """What stood out at first and is no term: does it still, among requests alike in those?"""
        mounts = list(terms)
        used = {i for term in terms if len(term.members) == 1 for i in term.members}
        for i, value in enumerate(self.told):
            mask = self._mask((i,))
            alias = any(self._same(mask, self._mask(term.members)) for term in terms)
            if not terms or i in used or alias or not value.stands_out:
                continue
            if self._survives(mask, mounts):
                mounts.append(Term(value, (i,)))
                yield mounts[-1]
            else:
                yield Term(value, (i,), rides_on=self._mount(mask, mounts).value.label)

    def _best(self, left: Array) -> Term | None:
        whole = self.told[0].of
        total = whole[3] - whole[1] * whole[2] / max(whole[0], 1)
        singles: list[Members] = [(i,) for i in range(len(self.told))]
        good = np.flatnonzero(self._standing(singles, left, total))
        if not len(good):
            return None
        gain = self._compared(singles, left).gain
        best = max(good.tolist(), key=lambda i: (gain[i], -i))
        members = self._pair(best, left, total) or (best,)
        covers = float(self._compared([members], left).excess[0]) / total
        return Term(self._value(members), members, covers)

    def _mask(self, members: Members) -> Array:
        return np.asarray(self.cells.has[:, list(members)].all(axis=1))

    def _counts(self, terms: Sequence[Members], among: Array) -> tuple[Array, ...]:
        masks = np.stack([self._mask(term)[among] for term in terms])
        cells = self.cells
        return tuple(masks @ column[among] for column in (cells.n0, cells.k0, cells.n1, cells.k1))

    def _of(self, among: Array) -> tuple[int, int, int, int]:
        cells = self.cells
        n0, k0, n1, k1 = (int(c[among].sum()) for c in (cells.n0, cells.k0, cells.n1, cells.k1))
        return n0, k0, n1, k1

    def _compared(self, terms: Sequence[Members], among: Array) -> Excess:
        n0, k0, n1, k1 = self._counts(terms, among)
        of = self._of(among)
        trials = earlier(n0, of) if self.by_traffic else None
        return compare((n0, k0, n1, k1), of, trials, self.phi)

    def _standing(self, terms: Sequence[Members], among: Array, total: float) -> Array:
        found, place = self._compared(terms, among), 0 if self.by_traffic else 2
        part = self._counts(terms, among)[place] / max(self._of(among)[place], 1)
        return stand_out(found, np.minimum(found.p_value * self.tests, 1.0), part, total)

    def _pair(self, best: int, left: Array, total: float) -> Members | None:
        """The value that the best one needs to do harm, if its requests without it are well."""
        inside = left & self._mask((best,))
        own = self.told[best].title
        partners: list[Members] = [(i,) for i, v in enumerate(self.told) if v.title != own]
        if not partners:
            return None
        found, of = self._compared(partners, inside), self._of(inside)
        n0, _, n1, _ = self._counts(partners, inside)
        fitting = (
            self._standing(partners, inside, total)
            & (found.share >= _KEPT)
            & (found.ratio >= _NEEDED)
            & (n1 <= _NARROWER * of[2])
            & (n0 <= _NARROWER * max(of[0], 1))
        )
        good = np.flatnonzero(fitting).tolist()
        sharpest = max(good, key=lambda i: (found.gain[i], -i), default=None)
        return None if sharpest is None else (best, *partners[sharpest])

    def _value(self, members: Members) -> Value:
        """A single value as it was counted; a pair counted among all requests."""
        if len(members) == 1:
            return self.told[members[0]]
        everything = np.ones(len(self.cells.n1), dtype=bool)
        found = self._compared([members], everything)
        first, second = sorted((self.told[i] for i in members), key=lambda v: _RANK.index(v.title))
        n0, k0, n1, k1 = (int(column[0]) for column in self._counts([members], everything))
        return Value(
            title=f"{first.title} × {second.title}",
            name=f"{first.name} × {second.name}",
            n0=n0, k0=k0, n1=n1, k1=k1,
            of=first.of,
            share=float(found.share[0]),
            interval=(float(found.interval[0, 0]), float(found.interval[0, 1])),
            lift=float(found.lift[0]),
            p_value=min(1.0, float(found.p_value[0]) * self.tests),
            gain=float(found.gain[0]),
            stands_out=True,
        )  # fmt: skip

    def _aliases(self, term: Term) -> Iterator[str]:
        """Values of other dimensions that nearly the same requests have."""
        mine = self._mask(term.members)
        for i, value in enumerate(self.told):
            if i not in term.members and self._same(mine, self._mask((i,))):
                yield value.label

    def _same(self, one: Array, other: Array) -> bool:
        either = float(self.cells.n1[one | other].sum())
        return either > 0 and float(self.cells.n1[one & other].sum()) >= _SAME * either

    def _survives(self, mask: Array, mounts: Sequence[Term]) -> bool:
        """Mantel and Haenszel: whether it goes with harm among requests that are else alike."""
        has = np.stack([self._mask(term.members) for term in mounts], axis=1)
        strata = np.unique(has, axis=0, return_inverse=True)[1].reshape(-1)
        tables = np.zeros((int(strata.max()) + 1, 2, 2))
        cells = self.cells
        well = cells.n0 if self.by_traffic else cells.n1 - cells.k1
        for row, flags in enumerate((mask, ~mask)):
            np.add.at(tables[:, row, 0], strata[flags], cells.k1[flags])
            np.add.at(tables[:, row, 1], strata[flags], well[flags])
        odds = mantel_haenszel(tables / self.phi)
        if odds.strata == 0 or odds.p_value * self.tests > LIKELY:
            return False
        low = odds.interval.low if odds.interval is not None else np.inf
        return odds.odds_ratio is None or (odds.odds_ratio >= RATIO and low > 1.0)

    def _mount(self, mask: Array, mounts: Sequence[Term]) -> Term:
        """The term with which it shares most of its bad requests."""
        shared = [float(self.cells.k1[mask & self._mask(t.members)].sum()) for t in mounts]
        return mounts[int(np.argmax(shared))]
