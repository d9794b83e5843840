from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.renderers.visit import MARKS, visit

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = MARKS


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
    assert page.locator("li:target pre").first.inner_text().startswith("ERROR app.pool no worker")


def test_it_says_everything_without_javascript(browser: Browser, tmp_path: Path) -> None:
    visited = visit(browser, tmp_path, "rich", script=False)
    text = visited.page.locator("body").inner_text()
    for part in ("10.0.0.4:8080", "First 502 from 10.0.0.1:8080", "ruled out", "SHA-256"):
        assert part in text
    assert visited.page.locator("figure.plot").first.is_hidden()
    assert visited.page.locator("button.copy").first.is_hidden()
    assert visited.page.locator("#filter").is_hidden()
    assert "times in UTC" in text


def test_it_prints(browser: Browser, tmp_path: Path) -> None:
    visited = visit(browser, tmp_path, "rich")
    page = visited.page
    folded = page.locator("details:not([open])").count()
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert folded > 5
    assert page.locator("details:not([open])").count() == 0
    assert page.pdf(format="A4").startswith(b"%PDF")
    assert page.pdf(format="Letter").startswith(b"%PDF")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("details:not([open])").count() == folded
    assert visited.complaints == []
