"""`report`: one page, and its path on stdout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logsleuth.renderers import html

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from logsleuth.model import Investigation
    from tests.conftest import Ran


def test_the_page_is_written_and_its_path_printed(
    run: Callable[..., Ran], case: Path, found: Investigation, tmp_path: Path
) -> None:
    target = tmp_path / "report.html"
    ran = run("report", case, "-o", target)
    assert (ran.status, ran.out) == (0, f"{target}\n")
    assert target.read_text(encoding="utf-8") == html.render(found)


def test_it_has_to_be_told_where(run: Callable[..., Ran], case: Path) -> None:
    ran = run("report", case)
    assert ran.status == 2
    assert "--output" in ran.err


def test_it_does_not_write_over_the_case(run: Callable[..., Ran], case: Path) -> None:
    ran = run("report", case, "-o", case)
    assert ran.status == 2
    assert "won't be written over" in ran.err
