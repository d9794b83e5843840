"""`explain`: the list, a runbook in its three forms, and a name that isn't one."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from logsleuth import runbooks
from logsleuth.faults import FAULTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Ran


def test_without_a_fault_it_lists_them_with_a_line_each(run: Callable[..., Ran]) -> None:
    ran = run("explain")
    assert ran.status == 0
    lines = ran.out.splitlines()[2:]
    assert len(lines) == len(FAULTS)
    for fault in FAULTS:
        [line] = [line for line in lines if line.startswith(f"{fault.NAME} ")]
        assert runbooks.find(fault.NAME).title in line


@pytest.mark.parametrize("form", ["json", "md"])
def test_the_list_comes_in_other_forms(run: Callable[..., Ran], form: str) -> None:
    out = run("explain", "--format", form).out
    if form == "json":
        assert {row["fault"] for row in json.loads(out)} == {fault.NAME for fault in FAULTS}
    else:
        assert out.startswith("| fault | component | what |")
        assert len(out.splitlines()) == len(FAULTS) + 2


def test_a_runbook_as_text(run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "72")
    ran = run("explain", "server-ejected")
    assert ran.status == 0
    assert ran.err == ""
    assert ran.out.startswith("server-ejected · balancer\nHealthy servers were taken out of")
    for heading in ("HOW IT SHOWS", "CONFIRM IT", "RESOLVE IT NOW, SAFEST FIRST", "PREVENT IT"):
        assert f"\n{heading}\n" in ran.out
    assert "logsleuth query shares-per-minute -p bucket=10 -p pool=$POOL\n" in ran.out


def test_a_runbook_as_json_is_that_of_the_document(run: Callable[..., Ran]) -> None:
    told = json.loads(run("explain", "outage", "-f", "json").out)
    assert told["fault"] == "outage"
    assert told["component"] == "database"
    assert [note["about"] for note in told["lookalikes"]] == [
        "connection-exhaustion",
        "bad-instance",
    ]
    assert all(step["text"] for step in told["resolve"])


def test_a_runbook_as_markdown(run: Callable[..., Ran]) -> None:
    out = run("explain", "outage", "-f", "md").out
    assert out.startswith("# outage\n\nThe database stopped")
    assert "\n## Resolve it now, safest first\n" in out


def test_an_unknown_fault_is_told_with_the_nearest(run: Callable[..., Ran]) -> None:
    ran = run("explain", "deadlock-contention")
    assert ran.status == 2
    assert ran.out == ""
    assert "there is no fault called 'deadlock-contention'" in ran.err
    assert "did you mean lock-contention" in ran.err


def test_it_loads_no_engine() -> None:
    script = (
        "import sys\nfrom logsleuth.cli import main\nmain(['explain', 'outage'])\n"
        "heavy = {'duckdb', 'polars', 'numpy', 'plotly', 'jinja2'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
