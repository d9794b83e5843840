"""What tests of the faults share: the facts of a scene, in a case open as long as the test runs."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.analyses.traffic_builder import facts_of, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from logsleuth.analyses.facts import Facts
    from tests.analyses.traffic_builder import Scene


@pytest.fixture
def gathered(tmp_path: Path) -> Iterator[Callable[[Scene], Facts]]:
    """Write a scene into a case and gather its facts."""
    with ExitStack() as stack:
        yield lambda scene: facts_of(stack.enter_context(opened(scene, tmp_path)))
