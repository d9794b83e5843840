"""`formats`: the list, and how a file would be read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from logsleuth.formats import spec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ran


def test_the_list_has_every_format(run: Callable[..., Ran]) -> None:
    ran = run("formats", "--format", "json")
    rows = json.loads(ran.out)
    assert ran.status == 0
    assert [row["format"] for row in rows] == [one.name for one in spec.shipped()]
    assert all(row["role"] and row["title"] and row["kind"] for row in rows)


def test_it_says_how_files_would_be_read(run: Callable[..., Ran], evidence: Path) -> None:
    (evidence / "noise.bin").write_bytes(bytes(range(256)) * 9)
    (evidence / "nginx.conf").write_text(
        "upstream web { server 10.0.0.1; }\nserver { location / { proxy_pass http://web; } }\n",
        encoding="utf-8",
    )
    ran = run("formats", evidence, "--format", "json")
    rows = {row["file"].rpartition("/")[2]: row for row in json.loads(ran.out)}
    assert ran.status == 0
    assert rows["access.log.gz"]["format"] == "nginx-access"
    assert rows["access.log.gz"]["lines_read"] == 1.0
    assert "upstream" in rows["access.log.gz"]["found"]
    assert "status" in rows["access.log.gz"]["columns"]
    assert rows["app-1.log"]["role"] == "application"
    assert rows["postgresql.log"]["format"] == "postgresql"
    assert rows["noise.bin"]["format"] is None
    assert rows["nginx.conf"]["role"] == "configuration"


def test_a_path_that_is_not_there(run: Callable[..., Ran], tmp_path: Path) -> None:
    assert run("formats", tmp_path / "nowhere").status == 2


def test_it_names_what_is_around_the_lines(run: Callable[..., Ran], tmp_path: Path) -> None:
    inner = '192.0.2.1 - - [02/Mar/2026:10:00:01 +0000] "GET / HTTP/1.1" 200 5 "-" "curl/8"'
    line = f"web-1  | 2026-03-02T10:00:01.123456789Z stdout F {inner}\n"
    (tmp_path / "all.log").write_text(line * 3, encoding="utf-8")
    (row,) = json.loads(run("formats", tmp_path / "all.log", "--format", "json").out)
    assert row["format"] == "nginx-access"
    assert row["found"].startswith("in kubernetes-cri in compose-prefix:")
