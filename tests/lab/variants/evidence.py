"""The logs of a recorded case, as the case file knows them, to be written again otherwise."""

from __future__ import annotations

import copy
import gzip
import json
import re
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from logsleuth.case.ingest import ingest
from logsleuth.case.originals import Originals, pieces
from logsleuth.case.store import open_case
from logsleuth.formats import spec

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from logsleuth.case.store import Case

SMALL: Final = 40_000
_PACKED: Final = re.compile(r"\.(gz|zst|bz2|xz)$")
_LOGS: Final = """
select path, role, format, source_id, coalesce(resolution_s, 0.001), host from sources
order by path
"""


class UnfitError(Exception):
    """A way to write evidence again that this evidence has nothing for."""


@dataclass(frozen=True)
class Log:
    """A file of the evidence, unpacked."""

    name: str  # within the evidence, without .gz
    role: str
    format: str
    source: int
    step_s: float
    host: str | None
    data: bytes


@dataclass(frozen=True)
class Evidence:
    """The files of a case, the case as it was read, and its truth, which a rewriting may change."""

    case: Case
    logs: tuple[Log, ...]
    truth: dict[str, Any] = field(default_factory=dict)

    def of(self, *roles: str) -> tuple[Log, ...]:
        """The logs of some layers."""
        return tuple(log for log in self.logs if log.role in roles)

    @property
    def access(self) -> tuple[Log, ...]:
        """The balancer's logs of requests."""
        counts = dict(self.case.rows("select source_id, count(*) from requests group by 1"))
        return tuple(log for log in self.of("balancer") if counts.get(log.source))

    def without(self, names: Collection[str], missing: str) -> Evidence:
        """Leave some logs out.

        Raises:
            UnfitError: there is none to be left out.
        """
        kept = tuple(log for log in self.logs if log.name not in names)
        if len(kept) == len(self.logs):
            raise UnfitError
        return replace(self, logs=kept).told(missing=[*self.truth.get("missing", ()), missing])

    def changed(self, change: Callable[[Log], bytes], *roles: str) -> Evidence:
        """Write the logs of some layers otherwise."""
        logs = tuple(
            replace(log, data=change(log)) if log.role in roles else log for log in self.logs
        )
        return replace(self, logs=logs)

    def told(self, **words: object) -> Evidence:
        """Change what the truth says."""
        return replace(self, truth=copy.deepcopy(self.truth) | words)

    def lines(self, log: Log) -> Iterator[tuple[int, float | None, bytes]]:
        """Every record of a log: its first line's number, its time (UTC), and its bytes.

        Lines that no record has go with the one before.
        """
        rows = self.case.rows(
            "select line, epoch(ts) from events where source_id = $source order by line",
            {"source": log.source},
        )
        text = [line + b"\n" for line in log.data.removesuffix(b"\n").split(b"\n")]
        starts = [1, *(int(line) for line, _ in rows[1:])]
        stops = [*starts[1:], len(text) + 1]
        for line, stop, (_, at) in zip(starts, stops, rows, strict=True):
            yield line, at, b"".join(text[line - 1 : stop - 1])

    def save(self, out: Path) -> None:
        """Write evidence and truth."""
        for log in self.logs:
            path = out / "evidence" / log.name
            path.parent.mkdir(parents=True, exist_ok=True)
            if len(log.data) > SMALL:
                packed = gzip.compress(log.data, 6, mtime=0)
                path.with_name(path.name + ".gz").write_bytes(packed)
            elif log.data:
                path.write_bytes(log.data)
        lines = sum(log.data.count(b"\n") for log in self.logs if log.role != "configuration")
        text = json.dumps(self.truth | {"lines": lines}, indent=1)
        (out / "truth.json").write_text(text + "\n", encoding="utf-8")


@contextmanager
def opened(folder: Path) -> Iterator[Evidence]:
    """Read a recorded case, a folder with evidence/ and truth.json."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "case.duckdb"
        ingest([str(folder / "evidence")], path, spec.load(None))
        with open_case(path) as case, Originals(folder) as originals:
            logs = []
            for given, role, form, source, step, host in case.rows(_LOGS):
                data = _read(originals.find(given))
                name = _PACKED.sub("", str(Path(given).relative_to(folder / "evidence")))
                logs.append(Log(name, role, form, source, step, host, data))
            yield Evidence(case, tuple(logs), truth)


def _read(path: Path) -> bytes:
    return b"".join(pieces(path, [(0, 1 << 30)]))
