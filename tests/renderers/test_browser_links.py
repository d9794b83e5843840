"""What is passed on: links to places, addresses that open the same view, and what is copied."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.renderers import scene
from tests.renderers.visit import MARKS, visit

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = MARKS
VIEW = f"from=2026-03-01T10:14:00.000Z&to=2026-03-01T10:20:00.000Z&server=web/{scene.SERVERS[1]}"


def fragment(page: Page) -> str:
    found: str = page.evaluate("location.hash")
    return found


def settle(page: Page) -> None:
    page.evaluate("() => new Promise((done) => setTimeout(done, 300))")


@pytest.mark.parametrize("given", [VIEW, quote(VIEW, safe="=&")])
def test_an_address_opens_its_place_with_its_view(
    browser: Browser, tmp_path: Path, given: str
) -> None:
    visited = visit(browser, tmp_path, "rich", fragment=f"#h-database&{given}&zone=local")
    page = visited.page
    settle(page)
    assert page.locator("#filter output").inner_text().startswith("05:14:00 to 05:20:00 UTC−05:00")
    assert page.locator("#filter select").input_value() == "1"
    assert page.locator("#zone").input_value() == "local"
    assert page.locator(".pointed").get_attribute("id") == "h-database"
    assert 0 <= page.locator("#h-database").bounding_box()["y"] < 300  # type: ignore[index]
    assert fragment(page).startswith("#h-database&from=2026-03-01T10%3A14%3A00.000Z&to=")
    assert visited.complaints == []


def test_what_is_chosen_is_in_the_address_and_opens_elsewhere(
    browser: Browser, tmp_path: Path
) -> None:
    page = visit(browser, tmp_path, "rich").page
    assert fragment(page) == ""
    page.locator("#filter button[name=incident]").click()
    page.locator("table.shares button.pick", has_text="10.0.0.2").click()
    page.select_option("#zone", "local")
    settle(page)
    passed_on, said = fragment(page), page.locator("#filter output").inner_text()
    routes = page.locator("[data-counts=routes]").inner_text()
    page.locator("#filter button[type=reset]").click()
    page.select_option("#zone", "utc")
    settle(page)
    assert fragment(page) == ""
    other = visit(browser, tmp_path, "rich", fragment=passed_on).page
    settle(other)
    assert other.locator("#filter output").inner_text() == said
    assert other.locator("[data-counts=routes]").inner_text() == routes
    assert fragment(other) == passed_on


def test_a_link_to_a_place_keeps_the_view(browser: Browser, tmp_path: Path) -> None:
    page = visit(browser, tmp_path, "rich", fragment=f"#{VIEW}").page
    link = page.locator("table.shares a.here").first
    link.focus()
    assert link.evaluate("(one) => getComputedStyle(one).opacity") == "1"
    link.press("Enter")
    settle(page)
    assert fragment(page).startswith("#server-web-10.0.0.1:8080&from=")
    assert page.locator("html[data-filtered=yes]").count() == 1
    assert page.locator("tr.pointed").get_attribute("id") == "server-web-10.0.0.1:8080"


@pytest.mark.parametrize(
    "wrong",
    [
        "#%E0%A4%A",
        "#nowhere&from=x&to=y&server=z&zone=mars",
        "#&&=&",
        "#<img src=x onerror=alert(1)>",
    ],
)
def test_an_address_of_nonsense_shows_the_page_as_it_is(
    browser: Browser, tmp_path: Path, wrong: str
) -> None:
    visited = visit(browser, tmp_path, "rich", fragment=wrong)
    page = visited.page
    assert page.locator("html[data-filtered=yes]").count() == 0
    assert page.locator("img").count() == 0
    assert visited.complaints == []
    assert len(visited.requests) == 1


def test_a_place_in_a_folded_part_is_unfolded(browser: Browser, tmp_path: Path) -> None:
    page = visit(browser, tmp_path, "rich").page
    folded = page.locator("details[id^=sql]").first.get_attribute("id")
    page.evaluate("(id) => { location.hash = id; }", folded)
    settle(page)
    assert page.locator(f"[id='{folded}'][open]").count() == 1


@pytest.mark.parametrize("allowed", [True, False])
def test_copying_works_where_scripts_may_not_write_to_the_clipboard(
    browser: Browser, tmp_path: Path, *, allowed: bool
) -> None:
    page = visit(browser, tmp_path, "rich").page
    page.evaluate(
        """(allowed) => {
            const write = async (text) => {
                if (!allowed) throw new Error("no");
                window.got = text;
            };
            Object.defineProperty(navigator, "clipboard", { value: { writeText: write } });
            document.addEventListener("copy", () => { window.got = String(getSelection()); });
        }""",
        allowed,
    )
    button = page.locator("#reproduce button.copy").first
    button.click()
    settle(page)
    assert button.inner_text() == "Copied"
    assert page.evaluate("window.got").strip().startswith("logsleuth show c04f11a7e932:18")
