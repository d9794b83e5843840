"""`browse`: refuses in words where it can't run, and looks as the picture in the papers does."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from logsleuth.browser.app import Browser
from logsleuth.case.store import open_case
from logsleuth.commands import browse
from logsleuth.investigation import investigate
from tests.browser.pilot import Visit

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from tests.conftest import Ran

ROOT = Path(__file__).parents[2]
_HOLD = """
import sys
from contextlib import suppress
from pathlib import Path
from logsleuth.case.store import write_case
with write_case(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_without_a_terminal_it_says_what_to_use_instead(
    run: Callable[..., Ran], case: Path
) -> None:
    ran = run("browse", case)
    assert (ran.status, ran.out) == (2, "")
    assert "browse needs a terminal" in ran.err
    assert "logsleuth timeline" in ran.err


def test_a_case_that_another_process_writes_to(
    run: Callable[..., Ran], tmp_path: Path, evidence: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = tmp_path / "case.duckdb"
    assert run("ingest", evidence, "--case", case, "--quiet").status == 0
    monkeypatch.setattr(browse, "_check", lambda: None)
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(case)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True,
    ) as writer:  # fmt: skip
        assert writer.stdout is not None
        assert writer.stdout.readline() == "held\n"
        ran = run("browse", case)
        writer.communicate("")
    assert ran.status == 2
    assert "another process is writing to this case" in ran.err


def test_it_runs_in_a_terminal_and_leaves_it_as_it_was(case: Path) -> None:
    words = [sys.executable, "-m", "logsleuth", "browse", str(case), "--quiet"]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80", "LINES": "24"}
    near, far = pty.openpty()
    with subprocess.Popen(words, stdin=far, stdout=far, stderr=far, env=environment) as program:
        os.close(far)
        shown = b""
        while b"5 sql" not in shown:
            shown += os.read(near, 65536)
        os.write(near, b"q")
        with suppress(OSError):  # the other end closes
            while read := os.read(near, 65536):
                shown += read
        assert program.wait(30) == 0
    os.close(near)
    assert b"Traceback" not in shown
    assert shown.rindex(b"\x1b[?1049l") > shown.index(b"\x1b[?1049h")


def test_what_is_no_case(
    run: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browse, "_check", lambda: None)
    assert run("browse", tmp_path / "nothing").status in (2, 3)


def test_the_picture_in_the_papers_is_current(
    run: Callable[..., Ran],
    tmp_path: Path,
    expect: Callable[[Path, str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    case = tmp_path / "incident.duckdb"
    incident = "sample_logs/incidents/skewed-selection/evidence"
    assert run("ingest", incident, "--case", case, "--quiet").status == 0

    async def picture() -> str:
        with open_case(case) as opened:
            app = Browser(opened, investigate(opened), case.name)
            async with app.run_test(size=(100, 26)) as pilot:
                visitor = Visit(app, pilot)
                await visitor.settle()
                await visitor.press("4", "e", "e")
                return app.export_screenshot(title="logsleuth browse incident.duckdb")

    drawn = asyncio.run(picture())
    # Its fonts would be fetched from elsewhere; any monospaced one does.
    drawn = re.sub(r"\s*@font-face \{.*?\}\n", "\n", drawn, flags=re.DOTALL)
    assert not re.search(
        r"url\([^#]|https?://(?!www\.w3\.org/2000/svg)", drawn.partition("<style>")[2]
    )
    expect(ROOT / "docs/pictures/browse.svg", drawn)
