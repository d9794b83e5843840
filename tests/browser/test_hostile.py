"""Logs that were written to act on who reads them: in the program they are text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from logsleuth.cli import main
from tests.browser.pilot import Visit, visit
from tests.conftest import NGINX

if TYPE_CHECKING:
    from pathlib import Path

EVIL = (
    "[bold red]loud[/] [@click=app.leave]here[/] \x1b[2J\x1b]0;owned\x07 \u202eevil\u2066 \u2028"
    " [/nope]"
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    lines = [NGINX.format(n=n, s=n % 60, status=200, server=1) for n in range(1, 40)]
    lines.append(lines[-1].replace("/cart/39", "/[@click=app.leave]x[/]"))
    (folder / "access.log").write_text("".join(lines), encoding="utf-8")
    records = [
        {"ts": f"2026-03-01T10:00:{s:02d}Z", "level": "error", "msg": f"{EVIL} {s}"}
        for s in range(30)
    ]
    text = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records)
    (folder / "[b]app.log").write_text(text, encoding="utf-8")
    path = folder / "[bold]case.duckdb"
    assert main(["ingest", str(folder), "--case", str(path), "--quiet"]) == 0
    return path


def harmless(visitor: Visit) -> None:
    acting = {char for char in visitor.text if not char.isprintable() and char != "\n"}
    assert not acting
    for strip in visitor.app.screen._compositor.render_strips():
        for segment in strip:
            meta = segment.style.meta if segment.style else {}
            assert not [key for key in meta if key.startswith("@click")]


def test_nothing_of_a_log_is_markup_or_acts(hostile: Path) -> None:
    async def look(visitor: Visit) -> None:
        assert "[bold]case.duckdb" in visitor.rows[0]
        for key in ("1", "2", "3"):
            await visitor.press(key)
            harmless(visitor)
        await visitor.press("4", "e")
        harmless(visitor)
        assert "[bold red]loud[/] [@click=app.leave]here[/] ⟨ESC⟩[2J" in visitor.text
        assert "⟨U+202E⟩evil" in visitor.text
        assert "[b]app.log" in visitor.text
        await visitor.type(";select message, path, 1 as a from events where level = 'error'")
        harmless(visitor)
        assert "[bold red]loud[/]" in visitor.text

    visit(hostile, look, size=(140, 30))


def test_what_is_typed_is_no_markup_either(hostile: Path) -> None:
    async def look(visitor: Visit) -> None:
        await visitor.type("/[[]bold red")
        assert "/[[]bold red" in visitor.status
        await visitor.type(";select 'x' as '[b]head'")
        harmless(visitor)
        assert "[b]head" in visitor.text
        await visitor.type(';select "[b]nowhere"')
        assert '"[b]nowhere"' in visitor.status

    visit(hostile, look)


def test_a_line_that_is_gone_is_told_from_the_case(hostile: Path, tmp_path: Path) -> None:
    evidence = tmp_path / "app.log"
    record = {"ts": "2026-03-01T10:00:01Z", "level": "error", "msg": EVIL}
    evidence.write_text(json.dumps(record) + "\n" + json.dumps(record) + "\n", encoding="utf-8")
    case = tmp_path / "case.duckdb"
    assert main(["ingest", str(evidence), "--case", str(case), "--quiet"]) == 0
    evidence.unlink()

    async def look(visitor: Visit) -> None:
        await visitor.press("4")
        harmless(visitor)
        assert "the evidence isn't there any more" in visitor.text
        assert visitor.text.count("[bold red]loud[/]") >= 3

    visit(case, look, size=(140, 30))
