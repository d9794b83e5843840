"""What a PostgreSQL configuration in the evidence says of how the lines of its log begin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logsleuth.evidence import files
from logsleuth.formats import syntax_postgresql
from logsleuth.formats.detect import Hint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from logsleuth.evidence.discover import EvidenceFile

_FORMAT: Final = "postgresql"
_ENDING: Final = ".conf"
# The server's own sample has 30 KB.
_LARGEST: Final = 1 << 20


def told(found: Sequence[EvidenceFile]) -> list[Hint]:
    """The `log_line_prefix` of each configuration file, as hints for the logs beside it."""
    names = dict.fromkeys(prefix for file in found for prefix in _prefixes(file))
    return [Hint(_FORMAT, prefix) for prefix in names]


def _prefixes(file: EvidenceFile) -> Iterator[str]:
    """What one file sets last is what holds; an empty prefix says nothing of a line."""
    if file.path is None or not file.name.lower().endswith(_ENDING):
        return
    try:
        if file.path.stat().st_size > _LARGEST:
            return
        data = next(files.blocks(file.path, _LARGEST), b"")
    except (OSError, files.Damaged):
        return
    yield from [p for p in syntax_postgresql.settings(data.decode("utf-8", "replace"))[:1] if p]
