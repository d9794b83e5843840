"""An investigation whose outcome is known, in place of the real one."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from tests.renderers import builder

if TYPE_CHECKING:
    from logsleuth.model import Investigation


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Investigation:
    """What every investigation finds in this test: an incident, and a skewed pool."""
    story: Investigation = builder.rich()
    told = SimpleNamespace(investigate=lambda _case: story)
    monkeypatch.setitem(sys.modules, "logsleuth.investigation", told)
    return story


@pytest.fixture
def quiet_found(monkeypatch: pytest.MonkeyPatch) -> Investigation:
    """A service that was well."""
    story: Investigation = builder.quiet()
    told = SimpleNamespace(investigate=lambda _case: story)
    monkeypatch.setitem(sys.modules, "logsleuth.investigation", told)
    return story
