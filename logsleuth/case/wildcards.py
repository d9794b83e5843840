"""Which words of messages stand where others may: words with many alternatives are no words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    Array = np.ndarray[Any, Any]

# So many words in one place, and the rest alike: names, not turns of phrase. Their first word says
# what messages are about, and has alternatives far more often.
_ALTERNATIVES: Final = 5
_FIRST: Final = 12
# What is left of a message must say something: so many words that are no wildcards.
_LEAST_WORDS: Final = 2
# Words that only stand out once others are wildcards; in practice two or three rounds are all.
_ROUNDS: Final = 8
_MIXERS: Final = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
_GOLDEN: Final = 0x9E3779B97F4A7C15
WILDCARD: Final = np.uint64(0x2A2A2A2A2A2A2A2A)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of messages, one after the other: `form` counts the messages from 0 without gaps.

    `place` is where a word stands in its message, `word` stands for its text (WILDCARD for what is
    known to vary), `open` says whether it is one that may vary: punctuation is not.
    """

    form: Array
    place: Array
    word: Array
    open: Array


def generalise(words: Words) -> tuple[Array, Array]:
    """Return the group of each message, and which of the words turned out to vary.

    A word varies where enough messages are alike but for the word in its place. Groups are named
    by the number of their first message.
    """
    places = _mixed(words.place.astype(np.uint64) + np.uint64(1))
    wild = _mixed(WILDCARD ^ places)
    word, open_ = words.word.copy(), words.open.copy()
    starts = np.flatnonzero(np.diff(words.form, prepend=-1))
    varied = np.zeros(len(word), bool)
    for _ in range(_ROUNDS):
        cells = _mixed(word ^ places)
        totals = np.add.reduceat(cells, starts) if len(starts) else np.empty(0, np.uint64)
        found = _varying(words, cells, wild, totals, open_)
        if not len(found):
            break
        varied[found], open_[found], word[found] = True, False, WILDCARD
    _, first, group = np.unique(totals, return_index=True, return_inverse=True)
    return first[group], varied


def _varying(words: Words, cells: Array, wild: Array, totals: Array, open_: Array) -> Array:
    """Which words have enough alternatives, each kind of message asked once."""
    known = np.zeros(len(totals), bool)
    known[np.unique(totals, return_index=True)[1]] = True
    chosen = np.flatnonzero(open_)
    spoken = np.bincount(words.form[chosen], minlength=len(totals))
    chosen = chosen[spoken[words.form[chosen]] > _LEAST_WORDS]
    rest = totals[words.form[chosen]] - cells[chosen] + wild[chosen]
    once = known[words.form[chosen]]
    kinds, index = np.unique(rest, return_inverse=True)
    alternatives = np.bincount(index[once], minlength=len(kinds))
    # Where the same message has a number there, a word is as good as one.
    numbered = np.isin(kinds, totals)
    least = np.where(words.place[chosen] == 0, _FIRST, _ALTERNATIVES)
    enough = (alternatives[index] >= least) | (numbered[index] & (words.place[chosen] > 0))
    found: Array = chosen[enough]
    return found


def _mixed(values: Array) -> Array:
    """SplitMix64's finaliser (Steele, Lea, Flood 2014): sums of what it gives rarely collide."""
    mixed = values + np.uint64(_GOLDEN)
    for shift, mixer in zip((30, 27), _MIXERS, strict=True):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(mixer)
    return mixed ^ (mixed >> np.uint64(31))
