from __future__ import annotations

import os
import re
import shutil
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from logsleuth.renderers import html
from tests.renderers import builder
from tests.renderers.conftest import POISON

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]
# Where a missing browser would go unnoticed, the tests fail instead.
MISSING = not (CHROMIUM and find_spec("playwright")) and not os.environ.get("CI")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(MISSING, reason="needs chromium on the PATH, and playwright"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    assert CHROMIUM is not None, "no chromium on the PATH"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


class Visit:
    """A report opened from its file, and everything that the browser complained of."""

    def __init__(self, browser: Browser, file: Path, *, width: int, script: bool) -> None:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=script
        )
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(file.as_uri())
        if script:
            self.page.wait_for_selector("html[data-ready]", state="attached")


def visit(
    browser: Browser, folder: Path, shape: str, *, width: int = 1440, script: bool = True
) -> Visit:
    told = builder.rich() if shape == "hostile" else getattr(builder, shape)()
    told = builder.poisoned(told, POISON) if shape == "hostile" else told
    file = folder / "report.html"
    file.write_text(html.render(told), encoding="utf-8")
    return Visit(browser, file, width=width, script=script)


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize(
    ("shape", "figures"),
    [("rich", 2), ("quiet", 1), ("empty", 0), ("unexplained", 1), ("hostile", 2)],
)
def test_it_draws_without_a_complaint_or_a_request(
    browser: Browser, tmp_path: Path, shape: str, figures: int, width: int
) -> None:
    visited = visit(browser, tmp_path, shape, width=width)
    plots = visited.page.locator(".js-plotly-plot")
    assert plots.count() == figures
    assert all(plot.locator(".main-svg").count() >= 2 for plot in plots.all())
    assert visited.complaints == []
    assert visited.requests == [(tmp_path / "report.html").as_uri()]
    wide = visited.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width


def test_the_figure_shows_lanes_and_numbered_moments(browser: Browser, tmp_path: Path) -> None:
    page = visit(browser, tmp_path, "rich").page
    figure = page.locator("#figure-timeline")
    words = figure.locator("text").all_text_contents()
    assert {"client", "balancer", "application", "database", "changes"} <= set(words)
    assert {"onset 10:14:05", "end 10:31:40", "1", "8"} <= set(words)


def test_hostile_text_is_shown_as_text(browser: Browser, tmp_path: Path) -> None:
    visited = visit(browser, tmp_path, "hostile")
    assert visited.page.locator("img").count() == 0
    title = visited.page.locator("h1").inner_text()
    assert "<script>alert(1)</script>" in title
    assert visited.complaints == []


def test_a_zoom_moves_every_figure(browser: Browser, tmp_path: Path) -> None:
    page = visit(browser, tmp_path, "rich").page
    script = """async () => {
        const plots = [...document.querySelectorAll('.js-plotly-plot')];
        const range = ['2026-03-01 10:10:00', '2026-03-01 10:20:00'];
        await Plotly.relayout(plots[0], {'xaxis.range': range});
        await new Promise((done) => setTimeout(done, 300));
        return plots.map((plot) => plot._fullLayout.xaxis.range.join());
    }"""
    ranges = page.evaluate(script)
    assert len(ranges) == 2
    assert ranges[0] == ranges[1]


def test_a_query_can_be_copied(browser: Browser, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    page = visit(browser, tmp_path, "rich").page
    page.locator("#h-balancer summary", has_text="SQL").first.click()
    button = page.locator("#h-balancer button.copy").first
    button.click()
    expect(button).to_have_text(re.compile("Copied|Selected"))


def test_a_chip_leads_to_its_line(browser: Browser, tmp_path: Path) -> None:
    page = visit(browser, tmp_path, "rich").page
    page.locator("#h-application a.chip").first.click()
    assert page.locator("li:target pre").inner_text().startswith("ERROR app.pool no worker")


def test_it_says_everything_without_javascript(browser: Browser, tmp_path: Path) -> None:
    visited = visit(browser, tmp_path, "rich", script=False)
    text = visited.page.locator("body").inner_text()
    for part in ("10.0.0.4:8080", "First 502 from 10.0.0.1:8080", "ruled out", "SHA-256"):
        assert part in text
    assert visited.page.locator("figure.plot").first.is_hidden()
    assert visited.page.locator("button.copy").first.is_hidden()


def test_it_prints(browser: Browser, tmp_path: Path) -> None:
    visited = visit(browser, tmp_path, "rich")
    assert visited.page.pdf(format="A4").startswith(b"%PDF")
    assert visited.complaints == []
