"""What the callers hand over, checked once and turned into arrays; and where texts stand in one."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]


def as_floats(values: npt.ArrayLike, name: str, ndim: int = 1) -> FloatArray:
    """The values as floats.

    Raises:
        ValueError: the array doesn't have `ndim` dimensions, or holds nan or infinity.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != ndim:
        message = f"{name} needs {ndim} dimension(s), it has {array.ndim}"
        raise ValueError(message)
    if not np.isfinite(array).all():
        message = f"{name} holds a value that is not finite"
        raise ValueError(message)
    return array


def as_counts(values: npt.ArrayLike, name: str, ndim: int = 1) -> FloatArray:
    """The counts as floats; they may be fractions, as when divided by a dispersion.

    Raises:
        ValueError: as `as_floats`, or a count is negative.
    """
    array = as_floats(values, name, ndim)
    if (array < 0).any():
        message = f"{name} holds a negative count"
        raise ValueError(message)
    return array


def as_successes(k: npt.ArrayLike, n: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Successes and trials per bin, two arrays of one length.

    Raises:
        ValueError: as `as_counts`, lengths differ, or a bin has more successes than trials.
    """
    successes, trials = as_counts(k, "k"), as_counts(n, "n")
    if successes.shape != trials.shape:
        message = f"k has {successes.size} bins, n has {trials.size}"
        raise ValueError(message)
    if (successes > trials).any():
        message = "a bin has more successes than trials"
        raise ValueError(message)
    return successes, trials


def check_level(level: float) -> None:
    """Raises ValueError unless 0 < level < 1."""
    if not 0.0 < level < 1.0:
        message = f"a level lies between 0 and 1, not {level}"
        raise ValueError(message)


def check_positive(value: float, name: str) -> None:
    """Raises ValueError unless the value is above 0 and finite."""
    if not 0.0 < value < float("inf"):
        message = f"{name} must be above 0 and finite, not {value}"
        raise ValueError(message)


def positions_by(names: npt.NDArray[Any]) -> dict[str, npt.NDArray[np.intp]]:
    """Where each text stands, in rising order; texts of which there are few, such as servers.

    Args:
        names: texts, [N].
    """
    texts = names.tolist()
    # Sorting N texts costs ten times as much as looking them up.
    number = {name: code for code, name in enumerate(dict.fromkeys(texts))}
    codes = np.array([number[name] for name in texts], dtype=np.intp)
    parts = np.split(np.argsort(codes, kind="stable"), np.cumsum(np.bincount(codes))[:-1])
    return dict(zip(number, parts, strict=False))
