"""What a reader does to the page in a real browser: brushing, picking a server, another zone."""

from __future__ import annotations

import dataclasses
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from logsleuth.renderers import chosen, html
from tests.renderers import builder, scene
from tests.renderers.visit import MARKS, visit

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = MARKS
COUNTS = "#counts table, #database table"
# All that axe looked at would be megabytes: what is wrong, and how many rules hold.
AXE = """async (rules) => {
    const found = await axe.run(document, {runOnly: rules, resultTypes: ['violations']});
    const cut = ({id, nodes}) => [id, nodes.slice(0, 3).map((node) => node.html.slice(0, 200))];
    return [found.violations.map(cut), found.passes.length];
}"""


def cells(page: Page, table: str) -> list[str]:
    return page.locator(f"{table} >> tbody tr").all_inner_texts()


def brush(page: Page, begin: float, end: float) -> None:
    """Drag over a stretch of the timeline, given as parts of its width."""
    area = page.locator("#figure-timeline .nsewdrag").first
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * begin, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * (begin + end) / 2, y)
    page.mouse.move(box["x"] + box["width"] * end, y)
    page.mouse.up()
    page.wait_for_selector("html[data-filtered=yes]", state="attached")
    settle(page)


def settle(page: Page) -> None:
    page.evaluate("() => new Promise((done) => setTimeout(done, 300))")


def trace(page: Page, figure: str, number: int) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(
        "([id, number]) => { const {x, y, opacity} = document.getElementById(id).data[number];"
        " return {x: x.map(String), y: [...y], opacity: opacity ?? 1}; }",
        [figure, number],
    )
    return found


def test_brushing_the_time_axis_changes_tables_and_figures(
    browser: Browser, tmp_path: Path
) -> None:
    visited = visit(browser, tmp_path, "rich")
    page = visited.page
    tables = (*(f"[data-counts={name}]" for name in ("facets", "routes", "outcomes")),)
    more = ("tally-0", "tally-1", "statements", "words")
    tables += (*(f"[data-counts={name}]" for name in more), "table.shares >> nth=0")
    before = {table: cells(page, table) for table in tables}
    brush(page, 0.02, 0.2)
    after = {table: cells(page, table) for table in before}
    assert all(after[table] != before[table] for table in before)
    # Before the onset all servers had the same share.
    shares = page.locator("table.shares >> nth=0 >> [data-cell=share]").all_inner_texts()
    assert all(24 < float(share.split()[0]) < 26.5 for share in shares)
    assert page.locator("table.moments tbody tr:visible").count() == 1
    assert "7 moments lie outside" in page.locator("[data-hidden-moments]").inner_text()
    ranges = page.evaluate(
        "() => [...document.querySelectorAll('.js-plotly-plot')]"
        ".map((plot) => plot._fullLayout.xaxis.range.join())"
    )
    assert len(set(ranges)) == 1
    page.locator("#filter button[type=reset]").click()
    settle(page)
    assert {table: cells(page, table) for table in before} == before
    assert visited.complaints == []


def test_picking_a_server_shows_it_alone(browser: Browser, tmp_path: Path) -> None:
    visited = visit(browser, tmp_path, "rich")
    page = visited.page
    routes, all_requests = cells(page, "[data-counts=routes]"), trace(page, "figure-timeline", 0)
    page.locator("table.shares button.pick", has_text="10.0.0.2").click()
    settle(page)
    assert cells(page, "[data-counts=routes]") != routes
    alone = trace(page, "figure-timeline", 0)
    assert max(alone["y"]) < 0.5 * max(all_requests["y"])
    lines = [trace(page, "figure-shares-0", number)["opacity"] for number in range(4)]
    assert sorted(lines) == [0.25, 0.25, 0.25, 1]
    pressed = page.locator("button.pick[aria-pressed=true]")
    assert set(pressed.all_inner_texts()) == {"10.0.0.2:8080"}
    pressed.first.click()
    settle(page)
    assert cells(page, "[data-counts=routes]") == routes
    assert trace(page, "figure-timeline", 0) == all_requests
    assert visited.complaints == []


def test_the_keyboard_is_enough(browser: Browser, tmp_path: Path) -> None:
    page = visit(browser, tmp_path, "rich").page
    page.locator("#filter input[name=from]").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    settle(page)
    assert page.locator("#filter output").inner_text().startswith("10:00:30 to 10:45:00 UTC")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    settle(page)
    assert page.locator("button.pick[aria-pressed=true]").count() == 2
    assert page.evaluate("document.activeElement.name") == "server"


def test_a_selection_adds_up_as_the_server_rendered_tables_do(
    browser: Browser, tmp_path: Path
) -> None:
    page = visit(browser, tmp_path, "rich").page
    assert page.locator(COUNTS).count() == 7
    before = [cells(page, f"{COUNTS} >> nth={number}") for number in range(7)]
    page.locator("#filter button[name=incident]").click()
    page.wait_for_selector("html[data-filtered=yes]", state="attached")
    assert [cells(page, f"{COUNTS} >> nth={number}") for number in range(7)] == before
    found = chosen.chosen(builder.rich())
    assert found is not None
    said = page.locator("#filter output").inner_text()
    assert said.startswith("10:14:00 to 10:31:40 UTC")
    assert f"{sum(row.requests for row in found.facets):,} requests" in said


def test_the_zone_switch_changes_every_time(browser: Browser, tmp_path: Path) -> None:
    visited = visit(browser, tmp_path, "rich")
    page = visited.page
    times = page.locator("time[data-form]:not([data-form=day])")
    before = times.all_inner_texts()
    onset = page.locator("#figure-timeline .annotation-text", has_text="onset").text_content()
    first = trace(page, "figure-timeline", 0)["x"][0]
    page.select_option("#zone", "local")
    settle(page)
    after = times.all_inner_texts()
    assert len(before) > 40
    assert all(old != new for old, new in zip(before, after, strict=True))
    assert "2026-03-01 05:14:05.120 UTC−05:00" in page.locator(".kicker").inner_text()
    assert onset == "onset 10:14:05"
    changed = page.locator("#figure-timeline .annotation-text", has_text="onset").text_content()
    assert changed == "onset 05:14:05"
    assert (first, trace(page, "figure-timeline", 0)["x"][0]) == (
        "2026-03-01T10:00:00.000",
        "2026-03-01T05:00:00.000",
    )
    bare = page.evaluate("""() => {
        const copy = document.querySelector('main').cloneNode(true);
        const kept = 'time, pre, .plot, #evidence, #runbook, #reproduce, title';
        for (const element of copy.querySelectorAll(kept)) element.remove();
        return copy.textContent;
    }""")
    assert re.findall(r"\d\d:\d\d:\d\d|UTC", bare) == []
    page.select_option("#zone", "utc")
    settle(page)
    assert times.all_inner_texts() == before
    assert visited.complaints == []


def test_the_logs_own_zone_is_that_of_their_lines(browser: Browser, tmp_path: Path) -> None:
    told = builder.rich()
    cited = tuple(
        dataclasses.replace(event, text=event.text.replace("10:14:08 +0000", "12:14:08 +0200"))
        for event in told.cited
    )
    page = visit(browser, tmp_path, dataclasses.replace(told, cited=cited)).page
    page.select_option("#zone", "log")
    settle(page)
    assert "12:14:05.120 UTC+02:00" in page.locator(".kicker").inner_text()
    brush(page, 0.02, 0.2)
    # The axis is in the logs' zone, and the selection is still the same stretch of time.
    assert page.locator("#filter output").inner_text().startswith("12:00:50 to 12:09:00 UTC+02:00")


def test_a_selection_of_hostile_servers_is_text(browser: Browser, tmp_path: Path) -> None:
    visited = visit(browser, tmp_path, "hostile")
    page = visited.page
    brush(page, 0.02, 0.2)
    page.locator("[data-counts=facets] button.pick").first.click()
    page.select_option("#zone", "local")
    settle(page)
    assert page.locator("img").count() == 0
    assert "<script>alert(1)</script>" in page.locator("[data-stretch]").inner_text()
    assert visited.complaints == []
    assert len(visited.requests) == 1


@pytest.mark.parametrize(
    ("shape", "width", "dark"),
    [("rich", 1440, False), ("rich", 390, True), ("unexplained", 1440, True),
     ("unexplained", 390, False)],
)  # fmt: skip
def test_axe_finds_nothing(
    browser: Browser, tmp_path: Path, shape: str, width: int, dark: bool
) -> None:
    page = visit(browser, tmp_path, shape, width=width, dark=dark).page
    page.locator("button.pick").first.click()
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    settle(page)
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    told, passed = page.evaluate(AXE, rules)
    assert told == []
    assert passed > 20


def test_a_browser_that_cannot_unpack_still_has_every_table(
    browser: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "report.html"
    file.write_text(html.render(builder.rich()), encoding="utf-8")
    page = browser.new_page()
    page.add_init_script("delete window.DecompressionStream")
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready]", state="attached")
    assert page.locator("figure.plot:visible").count() == 0
    page.locator("#filter button[name=incident]").click()
    assert page.locator("html[data-filtered=yes]").count() == 1
    assert scene.SERVERS[0] in page.locator("table.shares").first.inner_text()
