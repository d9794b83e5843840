"""What may have been meant by words that the command line has no use for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from logsleuth.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

_CHOICE: Final = re.compile(r"'(?P<word>[^']*)' is not one of (?P<known>.+)")
_QUOTED: Final = re.compile(r"'([^']*)'")


def meant(error: Exception) -> str:
    """Ask for the choice that is nearest to one that isn't; others are asked for by Typer."""
    said = error.format_message() if hasattr(error, "format_message") else str(error)
    refused = _CHOICE.search(said)
    if refused is None:
        return ""
    return did_you_mean(refused["word"], _known(refused["known"]))


def _known(text: str) -> Iterable[str]:
    return _QUOTED.findall(text)
