"""Where the shipped queries and report templates are, in a checkout and in a wheel alike."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


def shipped(folder: str) -> Traversable:
    """Return the folder of shipped data called `queries` or `reports`."""
    installed = files("logsleuth") / folder
    return installed if installed.is_dir() else Path(__file__).parents[1] / folder
