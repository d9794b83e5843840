"""Evidence that is there twice is counted once, and what is only partly the same is kept."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import pytest

from logsleuth.case.ingest import ingest
from logsleuth.case.store import open_case
from logsleuth.formats import spec

if TYPE_CHECKING:
    from pathlib import Path

FORMATS = spec.shipped()
LINE = (
    '192.0.2.{n} - - [01/Mar/2026:10:{m:02d}:{s:02d} +0000] "GET /cart/{i} HTTP/1.1" 200 512 "-" '
    '"curl/8" "10.0.0.1:80" 200 0.010 0.009 {i:032x}\n'
)


def lines(first: int, last: int) -> str:
    rows = (LINE.format(n=i % 250, m=i // 60 % 60, s=i % 60, i=i) for i in range(first, last))
    return "".join(rows)


def counted(folder: Path, case: Path) -> tuple[int, int, list[tuple[Any, ...]]]:
    ingest([str(folder)], case, FORMATS)
    with open_case(case) as opened:
        return (
            *opened.row("select (select count(*) from requests), (select count(*) from events)"),
            [
                tuple(row)
                for row in opened.rows(
                    "select split_part(path, '/', -1), repeated_share, left_out from sources"
                    " order by path"
                )
            ],
        )


def test_a_file_beside_its_compressed_copy_is_counted_once(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "access.log").write_text(lines(0, 300))
    (folder / "access.log.gz").write_bytes(gzip.compress(lines(0, 300).encode()))
    requests, events, sources = counted(folder, tmp_path / "case.duckdb")
    assert (requests, events) == (300, 600)
    assert sources == [("access.log", None, False), ("access.log.gz", 1.0, True)]


def test_a_part_of_a_log_under_another_name_is_counted_once(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "copy.log").write_text(lines(50, 200))
    (folder / "whole.log").write_text(lines(0, 300))
    (folder / "zopy.log").write_text(lines(50, 200))
    requests, _, sources = counted(folder, tmp_path / "case.duckdb")
    assert requests == 300
    assert [left_out for _, _, left_out in sources] == [True, False, True]


@pytest.mark.parametrize(("first", "share"), [(200, 0.333), (300, None)])
def test_logs_that_overlap_are_kept_and_told_of(
    tmp_path: Path, first: int, share: float | None
) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "access.log.1").write_text(lines(0, 300))
    (folder / "access.log").write_text(lines(first, first + 300))
    requests, events, sources = counted(folder, tmp_path / "case.duckdb")
    assert requests == events == 600
    assert {repeated for _, repeated, _ in sources} == {share, None}
