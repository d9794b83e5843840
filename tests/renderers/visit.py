"""Opens a synthetic report in a real browser, and keeps what the browser complained of."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

import pytest

from logsleuth.renderers import html
from tests.renderers import builder
from tests.renderers.conftest import POISON

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from logsleuth.model import Investigation

CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS: Final = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]
ZONE: Final = "America/New_York"
# Where a missing browser would go unnoticed, the tests fail instead.
MISSING: Final = not (CHROMIUM and find_spec("playwright")) and not os.environ.get("CI")
MARKS: Final = [
    pytest.mark.browser,
    pytest.mark.skipif(MISSING, reason="needs chromium on the PATH, and playwright"),
]


class Visit:
    """A report opened from its file, by somebody in New York."""

    def __init__(
        self,
        browser: Browser,
        file: Path,
        *,
        width: int,
        script: bool,
        dark: bool = False,
        fragment: str = "",
    ) -> None:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            java_script_enabled=script,
            timezone_id=ZONE,
            color_scheme="dark" if dark else "light",
        )
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(file.as_uri() + fragment)
        if script:
            self.page.wait_for_selector("html[data-ready]", state="attached")


def shaped(shape: str) -> Investigation:
    """Return a synthetic investigation by its name."""
    if shape == "hostile":
        poisoned: Investigation = builder.poisoned(builder.rich(), POISON)
        return poisoned
    told: Investigation = getattr(builder, shape)()
    return told


def visit(
    browser: Browser,
    folder: Path,
    told: str | Investigation,
    *,
    width: int = 1440,
    script: bool = True,
    dark: bool = False,
    fragment: str = "",
) -> Visit:
    file = folder / "report.html"
    file.write_text(html.render(shaped(told) if isinstance(told, str) else told), encoding="utf-8")
    return Visit(browser, file, width=width, script=script, dark=dark, fragment=fragment)
