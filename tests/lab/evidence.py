"""Collects the logs of a recording as somebody in a hurry would."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lab.clocks import shifted

if TYPE_CHECKING:
    from tests.lab.lab import Lab

SMALL = 40_000


class Collector:
    """Writes the evidence of a lab into a folder."""

    def __init__(self, lab: Lab, out: Path) -> None:
        self.lab = lab
        self.out = out
        self.lines = 0
        rng = lab.plan.rng
        self._folders = rng.random() < 0.5
        self._rotated = rng.random() < 0.15
        self._part = rng.uniform(0.3, 0.7)
        self._thorough = rng.random() < 0.5  # whether small files are compressed, too

    def collect(self) -> int:
        """Write all files; the answer is how many physical lines the logs have."""
        lab = self.lab
        for path in lab.balancer.logs:
            errors = "error" in path.name
            if not (errors and "errors" in lab.plan.without):
                self._log("balancer", path, rotate=self._rotated and not errors)
        if "application" not in lab.plan.without:
            for app in lab.apps.values():
                self._log("application", Path(app.config.log))
        if lab.plan.database != "absent":
            for path in lab.database.logs:
                self._log("database", path)
        self._configuration()
        return self.lines

    def _path(self, layer: str, name: str) -> Path:
        path = self.out / layer / name if self._folders else self.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _clean(self, text: bytes) -> bytes:
        """Without the folders of the recording, which no production machine has."""
        for folder in (self.lab.balancer.conf.parents[2], self.lab.database.folder):
            text = text.replace(str(folder).encode(), b"")
        return text

    def _log(self, layer: str, path: Path, rotate: bool = False) -> None:
        with path.open("rb") as file:
            file.seek(self.lab.offsets.get(path, 0))
            data = self._clean(file.read())
        if layer == "database" and "db" in self.lab.plan.skew_s:
            data = shifted(data, self.lab.plan.db_format, self.lab.plan.skew_s["db"])
        self.lines += data.count(b"\n")
        if rotate:
            cut = data.find(b"\n", int(len(data) * self._part)) + 1
            self._write(self._path(layer, path.name + ".1"), data[:cut])
            data = data[cut:]
        self._write(self._path(layer, path.name), data)

    def _write(self, path: Path, data: bytes) -> None:
        if len(data) > SMALL or (self._thorough and len(data) > 4000):
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(data, 9, mtime=0))
        elif data:
            path.write_bytes(data)

    def _configuration(self) -> None:
        """The configuration as it was before, while it mattered or afterwards, or none."""
        lab = self.lab
        if "configuration" in lab.plan.without:
            return
        texts = {"before": lab.confs[0], "current": lab.conf_during, "after": lab.confs[-1]}
        text = texts[lab.plan.shown]
        path = self._path("balancer", lab.balancer.conf.name)
        path.write_bytes(self._clean(text.encode()))
