"""What tests of the canned queries share: a case of known content, not to be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from logsleuth.case.store import open_case
from tests.queries.filled import fill

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logsleuth.case.store import Case


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    path = tmp_path_factory.mktemp("filled") / "case.duckdb"
    fill(path)
    with open_case(path) as case:
        yield case
