"""`report`: one page, and its path on stdout."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from logsleuth.renderers import html, postmortem

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


@pytest.mark.parametrize("words", [("-o", "draft.md"), ("-o", "draft.txt", "--format", "md")])
def test_a_postmortem_is_drafted_in_markdown(
    run: Callable[..., Ran],
    case: Path,
    found: Investigation,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    words: tuple[str, ...],
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run("report", case, *words)
    assert ran.status == 0
    assert (tmp_path / words[1]).read_text(encoding="utf-8") == postmortem.render(found)


def test_it_has_to_be_told_where(run: Callable[..., Ran], case: Path) -> None:
    ran = run("report", case)
    assert ran.status == 2
    assert "--output" in ran.err


def test_it_does_not_write_over_the_case(run: Callable[..., Ran], case: Path) -> None:
    ran = run("report", case, "-o", case)
    assert ran.status == 2
    assert "won't be written over" in ran.err
