"""How faithfully a key (client, session, path) comes back to the server that it had before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from logsleuth.stats.arrays import IntArray

LEAST_ROOM = 0.05
"""How often chance must lead elsewhere, or faithfulness can't be told from it."""


def constancy(keys: npt.ArrayLike, choices: npt.ArrayLike, least: int = 30) -> float | None:
    """The share of returns to the same server above what chance gives, 0 to 1 (below 0: avoided).

    Cohen's kappa (1960) of each request's server with that of the same key's next request. Chance
    is the sum of squared shares of the servers, or, where shares change with time, how often the
    request after that next one, which another key made, was given to the same server. It needs no
    table of keys, few requests a key, and isn't moved by how unequal the shares are, as the
    information of keys about servers is.

    Args:
        keys: [N] codes of the keys, in order of time.
        choices: [N] codes of the servers.
        least: the fewest returns to judge by.

    Returns:
        None where too few keys return, or chance leaves no room.

    Raises:
        ValueError: the lengths differ.
    """
    keys, choices = np.asarray(keys), np.asarray(choices)
    if keys.shape != choices.shape:
        message = f"{keys.size} keys, but {choices.size} choices"
        raise ValueError(message)
    order = np.argsort(keys, kind="stable")
    again = keys[order][1:] == keys[order][:-1]
    if int(again.sum()) < least:
        return None
    first, second = order[:-1][again], order[1:][again]
    shares = np.unique(choices, return_counts=True)[1] / len(choices)
    chance = max(float((shares**2).sum()), _beside(keys, choices, first, second, least))
    if 1.0 - chance < LEAST_ROOM:
        return None
    return (float((choices[first] == choices[second]).mean()) - chance) / (1.0 - chance)


def _beside(
    keys: IntArray, choices: IntArray, first: IntArray, second: IntArray, least: int
) -> float:
    """How often a key's server is that of another key at the time of its own next request."""
    known = second + 1 < len(keys)
    first, after = first[known], second[known] + 1
    other = keys[after] != keys[first]
    if int(other.sum()) < least:
        return 0.0
    return float((choices[after[other]] == choices[first[other]]).mean())
