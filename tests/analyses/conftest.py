"""What tests of the analyses share: a case of a scene, open as long as the test runs."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.analyses.traffic_builder import facts_of, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from logsleuth.analyses.facts import Facts
    from logsleuth.case.store import Case
    from tests.analyses.traffic_builder import Scene


@pytest.fixture
def case_of(tmp_path: Path) -> Iterator[Callable[[Scene], Case]]:
    """Write a scene into a case."""
    with ExitStack() as stack:
        yield lambda scene: stack.enter_context(opened(scene, tmp_path))


@pytest.fixture
def gathered(case_of: Callable[[Scene], Case]) -> Callable[[Scene], Facts]:
    """Write a scene into a case and gather its facts."""
    return lambda scene: facts_of(case_of(scene))
