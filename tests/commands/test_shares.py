"""`shares`: what each server got and what was meant for it, as rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from logsleuth.model import Investigation
    from tests.conftest import Ran


def test_every_server_of_every_pool(
    run: Callable[..., Ran], case: Path, found: Investigation
) -> None:
    ran = run("shares", case, "--format", "json")
    rows = json.loads(ran.out)
    assert ran.status == 0
    assert [(row["pool"], row["server"], row["observed_share"]) for row in rows] == [
        (pool.pool, server.server, server.observed_share)
        for pool in found.pools
        for server in pool.servers
    ]
    assert {row["skewed"] for row in rows} == {pool.skewed for pool in found.pools}
