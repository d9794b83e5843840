"""What requests are counted by besides: statuses, clients, user agents, referrers, bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from logsleuth.analyses import breakdown, tallies, traffic
from logsleuth.analyses.dimensions import Dimension
from logsleuth.case.ingest import ingest
from logsleuth.case.store import open_case
from logsleuth.formats import spec
from tests.analyses.test_breakdown import table, width

if TYPE_CHECKING:
    from pathlib import Path

LINE = (
    '{client} - - [01/Mar/2026:10:{at} +0000] "GET /a HTTP/1.1" {status} {size} "{site}" "{agent}"'
)
HAPROXY = (
    "Mar  1 10:00:0{n} lb1 haproxy[1]: 192.0.2.7:40751 [01/Mar/2026:10:00:0{n}.100] fe web/a "
    '0/0/0/31/31 200 942 - - ---- 1/1/0/0/0 0/0 "GET / HTTP/1.1"\n'
)


def test_the_busiest_of_the_incident_are_named_though_they_are_few_in_all() -> None:
    codes = np.concatenate([np.arange(1000) % 20 + 1, np.full(30, 21)])
    names = ("", *(f"c{number:02}" for number in range(20)), "abuser")
    dimension = Dimension("client", codes, names)
    assert "abuser" not in tallies.busiest(dimension).names
    told = tallies.busiest(dimension, np.arange(1030) >= 1000)
    assert told.names[0] == "abuser"
    assert len(told.names) == 9
    assert told.names[-1] == ""
    assert np.bincount(told.codes)[0] == 30
    assert len(told.codes) == 1030


def test_what_lines_say_is_counted_once(tmp_path: Path) -> None:
    agents = ("curl/8.0", "Mozilla/5.0 (X11) Firefox/128.0")
    sites = ("-", "https://shop.example/cart?x=1", "https://shop.example/", "https://ads.example/")
    lines = [
        LINE.format(
            client=f"192.0.2.{number % 12}", at=f"{number // 60:02}:{number % 60:02}", size=number,
            status=503 if number % 10 == 0 else 200, site=sites[number % 4],
            agent=agents[number % 2],
        )
        for number in range(600)
    ]  # fmt: skip
    (tmp_path / "access.log").write_text("\n".join(lines) + "\n", encoding="utf-8")
    ingest([str(tmp_path / "access.log")], tmp_path / "case.duckdb", spec.shipped())
    with open_case(tmp_path / "case.duckdb") as case:
        requests = traffic.read(case)
        found = breakdown.count(requests, requests.failed, width, tallies.read(case, requests))
    assert found is not None
    told = {one.dimension: one for one in found.tallies}
    assert list(told) == ["status", "client", "user agent", "referrer"]
    assert told["status"].values == ("200", "503")
    assert told["user agent"].values == ("Firefox", "curl")
    assert told["referrer"].values == ("shop.example", "ads.example", "")
    assert len(told["client"].values) == 9
    for one in found.tallies:
        sums = table(found, one.requests, len(one.values)).sum(axis=(0, 1))
        assert sums.sum() == 600
        assert sum(one.failed) == 60
    assert table(found, told["referrer"].requests, 3).sum(axis=(0, 1)).tolist() == [300, 150, 150]
    assert sum(found.sent_bytes) == sum(range(600))
    # The combined format has no times.
    assert found.took_ms == ()


def test_without_a_word_of_it_nothing_is_told(tmp_path: Path) -> None:
    lines = (HAPROXY.format(n=number) for number in range(9))
    (tmp_path / "h.log").write_text("".join(lines), encoding="utf-8")
    ingest([str(tmp_path / "h.log")], tmp_path / "case.duckdb", spec.shipped())
    with open_case(tmp_path / "case.duckdb") as case:
        requests = traffic.read(case)
        extras = tallies.read(case, requests)
        found = breakdown.count(requests, requests.failed, width, extras)
    assert [one.name for one in extras.dimensions] == ["status", "client"]
    assert found is not None
    assert sum(found.took_ms) == 9 * 31
    assert sum(found.sent_bytes) == 9 * 942
