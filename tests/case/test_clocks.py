"""Clocks of sources whose offsets are known: found, held within bounds, corrected in the views."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pytest

from logsleuth.analyses import clocks as told
from logsleuth.case import clocks
from logsleuth.case.store import open_case, write_case

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from logsleuth.case.store import Case
    from logsleuth.stats.arrays import FloatArray

BEGIN: Final = 1_772_359_200.0
LOOK: Final = """
select clock_offset_s, clock_low_s, clock_high_s, clock_pairs, clock_basis, clock_shift_s
from sources where path = $path
"""


class World:
    """Requests as they truly were, and the logs of hosts whose clocks are wrong."""

    def __init__(self, count: int = 400, seconds: float = 600.0, seed: int = 1) -> None:
        """Spread requests over the time; each waits on its way there and back."""
        rng = np.random.default_rng(seed)
        self.began = BEGIN + np.sort(rng.uniform(0, seconds, count))
        self.before, self.took, self.after = (
            scale * rng.lognormal(0, 0.5, count) for scale in (0.0005, 0.05, 0.0005)
        )
        self.ids = [f"request-{seed}-{i}" for i in range(count)]
        self.paths = [f"/item/{i}" for i in rng.integers(0, 60, count).tolist()]
        self.logs: list[tuple[dict[str, Any], pa.Table]] = []

    def balancer(self, step: float = 0.001, **source: Any) -> None:
        """Log at the end, as nginx does; without an offset, for the others are held against it."""
        ended = self.began + self.before + self.took + self.after
        self._log("balancer", ended, ended - self.began, 0.0, step=step, server="a:1", **source)

    def application(self, path: str, ahead: FloatArray | float, **source: Any) -> None:
        """Log at the end, on a clock that is so far ahead."""
        ended = self.began + self.before + self.took
        self._log("application", ended, self.took, ahead, path=path, **source)

    def database(self, ahead: float) -> None:
        """Log one statement in the middle of each request, with its id and no status."""
        ended = self.began + self.before + 0.7 * self.took
        self._log("database", ended, 0.4 * self.took, ahead, request=False)

    def _log(
        self, role: str, ended: FloatArray, took: FloatArray, ahead: FloatArray | float, *,
        step: float = 0.001, ids: bool = True, durations: bool = True, request: bool = True,
        part: slice = slice(None), zone_shift_s: float = 0.0, **source: Any,
    ) -> None:  # fmt: skip
        server = source.pop("server", None)
        shown = np.floor((ended + ahead + zone_shift_s) / step) * step
        columns: dict[str, Any] = {
            "ts": [round(at * 1e6) for at in shown[part].tolist()],
            "request_text": self.ids[part] if ids else None,
            "duration_s": np.round(took, 3)[part].tolist() if durations else None,
            "path": self.paths[part], "status": [200] * len(shown[part]) if request else None,
            "server": [server] * len(shown[part]),
        }  # fmt: skip
        table = pa.table({k: v for k, v in columns.items() if v is not None})
        row = {"path": role, "role": role, "resolution_s": step, "zone_shift_s": zone_shift_s}
        self.logs.append((row | source, table))

    @contextmanager
    def case(self, folder: Path) -> Iterator[Case]:
        """Write the logs into a case, let the clocks be estimated, and open it."""
        path = folder / "case.duckdb"
        with write_case(path) as connection:
            for number, (source, table) in enumerate(self.logs, 1):
                connection.register("_rows", table)
                connection.execute(
                    "insert into other_records by name select $id as source_id,"
                    " row_number() over () as line, 0 as byte_offset, 0 as byte_length,"
                    " * replace (make_timestamp(ts) as ts) from _rows",
                    {"id": number},
                )
                row = {"source_id": number, "sha256": f"{number:064}", "format": "json-lines",
                       "bytes": 1, "stamps": "end", "zone": "stated", "lines": table.num_rows,
                       "events": table.num_rows, "continuation": 0, "rejected": 0, "blank": 0,
                       **source}  # fmt: skip
                connection.register("_source", pa.Table.from_pylist([row]))
                connection.execute("insert into sources by name select * from _source")
            clocks.estimate(connection)
        with open_case(path) as case:
            yield case


def row(case: Case, path: str) -> tuple[Any, ...]:
    return tuple(case.row(LOOK, {"path": path}))


@pytest.mark.parametrize("step", [0.001, 1.0])
@pytest.mark.parametrize("ids", [True, False])
@pytest.mark.parametrize("ahead", [3.214, -7.1, 0.004])
def test_an_offset_is_found_with_ids_and_without(
    tmp_path: Path, step: float, ids: bool, ahead: float
) -> None:
    world = World()
    world.balancer(step, ids=ids)
    world.application("app-2.log", ahead, ids=ids)
    with world.case(tmp_path) as case:
        value, low, high, pairs, basis, shift = row(case, "app-2.log")
        assert low <= ahead <= high
        assert abs(value - ahead) < (0.002 if step < 1 else 0.03)
        assert pairs >= 200
        assert basis == ("ids" if ids else "path, status, duration")
        assert shift == (0 if abs(ahead) < 0.05 else value)
        assert row(case, "balancer")[0] is None


@pytest.mark.parametrize("zone_shift_s", [0.0, 19800.0])
def test_views_are_on_one_clock_and_events_as_written(tmp_path: Path, zone_shift_s: float) -> None:
    world = World()
    world.balancer()
    world.application("app-2.log", 3.214, zone_shift_s=zone_shift_s)
    between = (
        "select median(epoch(a.ts) - epoch(r.ended)) from {} a join requests r using (request_id)"
    )
    with world.case(tmp_path) as case:
        assert case.row(between.format("served"))[0] == pytest.approx(0, abs=0.003)
        assert case.row(between.format("events") + " where a.role = 'application'")[
            0
        ] == pytest.approx(3.214, abs=0.003)


def test_a_zone_that_is_stated_wrongly_is_found(tmp_path: Path) -> None:
    world = World()
    world.balancer()
    world.application("app-1.log", 7200.0)
    world.application("app-2.log", -19800.0 + 5.5)
    with world.case(tmp_path) as case:
        zones = {clock.path: clock.zone_error_s for clock in told.read(case)}
        said = " ".join(told.warnings(case))
    assert zones == {"app-1.log": 7200, "app-2.log": -19800}
    assert "wrong by +02:00, by 400 pairs" in said
    assert "wrong by -05:30, and its clock is 5.499 s ahead" in said


def test_offsets_go_on_from_the_application_to_the_database(tmp_path: Path) -> None:
    world = World()
    world.balancer(ids=False)
    world.application("app-1.log", 2.0)
    world.database(-1.5)
    with world.case(tmp_path) as case:
        value, low, high, pairs, basis, shift = row(case, "database")
        assert low <= -1.5 <= high
        assert high - low < 0.1
        assert value == pytest.approx(-1.5, abs=0.02)
        assert (pairs, basis, shift) == (400, "ids", value)


def test_with_one_stamp_and_no_duration_there_is_a_bound_on_one_side(tmp_path: Path) -> None:
    world = World()
    world.balancer(durations=False)
    world.application("ahead.log", 4.0, durations=False)
    world.application("behind.log", -4.0, durations=False)
    with world.case(tmp_path) as case:
        value, low, high, _, _, shift = row(case, "ahead.log")
        assert high is None
        assert 3.99 < low <= value == shift <= 4.0
        # A line may be any time before the answer: that far behind proves nothing.
        assert row(case, "behind.log")[5] == 0


def test_a_drifting_clock_says_so(tmp_path: Path) -> None:
    world = World(2000)
    world.balancer()
    world.application("app-1.log", 1.0 + 0.0005 * (world.began - BEGIN))
    with world.case(tmp_path) as case:
        drift = case.row("select clock_drift_s from sources where path = 'app-1.log'")[0]
        _, low, high, *_ = row(case, "app-1.log")
    assert drift == pytest.approx(0.3, rel=0.1)
    assert low < 1.02
    assert high > 1.28


def test_another_log_of_the_same_host_goes_by_its_clock(tmp_path: Path) -> None:
    world = World()
    world.balancer()
    world.application("app-1.log", 3.0, host="app-1")
    world.application("app-1.err", 3.0, host="app-1", ids=False, request=False)
    with world.case(tmp_path) as case:
        assert row(case, "app-1.err")[4] == "same host"
        assert row(case, "app-1.err")[5] == row(case, "app-1.log")[5]


def test_sources_that_share_no_request_are_left_alone(tmp_path: Path) -> None:
    world = World()
    world.balancer(ids=False)
    world.paths = [f"/other/{i}" for i in range(len(world.paths))]
    world.application("app-1.log", 3.0, ids=False)
    with world.case(tmp_path) as case:
        assert row(case, "app-1.log") == (None, None, None, None, None, 0)


def test_traffic_like_a_metronome_is_not_matched_to_chance(tmp_path: Path) -> None:
    world = World()
    world.began = np.linspace(BEGIN, BEGIN + 1200.0, 400)
    world.took[:] = 0.05
    world.paths = ["/health"] * 400
    world.balancer(ids=False)
    world.application("app-1.log", 1.0, ids=False)
    with world.case(tmp_path) as case:
        assert row(case, "app-1.log")[5] == 0
