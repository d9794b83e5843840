"""The synthetic investigations, as fixtures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.renderers import builder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from logsleuth.model import Investigation

POISON = (
    "\"><script>alert(1)</script></script><img src=x onerror='alert(1)'>"
    "\u2028\u2029\x1b[31m\x9b2J\u202e\u2066\x00\x07{{ 7 * 7 }}%{y}$x$"
)
SHAPES = ("rich", "quiet", "empty", "unexplained", "hostile")


@pytest.fixture
def rich() -> Investigation:
    return builder.rich()


@pytest.fixture
def hostile() -> Investigation:
    poisoned: Investigation = builder.poisoned(builder.rich(), POISON)
    return poisoned


@pytest.fixture(params=SHAPES)
def any_shape(request: pytest.FixtureRequest) -> Investigation:
    if request.param == "hostile":
        shape: Investigation = builder.poisoned(builder.rich(), POISON)
    else:
        shape = getattr(builder, request.param)()
    return shape


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    from tests.renderers.visit import ARGUMENTS, CHROMIUM

    assert CHROMIUM is not None, "no chromium on the PATH"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()
