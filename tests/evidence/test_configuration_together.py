"""Configuration in several files: who includes whom, and lines that name the right file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from logsleuth.case.ingest import ingest
from logsleuth.case.store import open_case
from logsleuth.evidence.configuration.together import Together, meant, read_together
from logsleuth.formats.spec import shipped

if TYPE_CHECKING:
    from pathlib import Path

MAIN = b"""\
events {}
http {
    proxy_read_timeout 7s;
    include mime.types;
    include /etc/nginx/conf.d/*.conf;
    include sites-enabled/*;
}
"""
POOL = b"upstream app {\n    server 10.0.0.1:80 weight=3;\n    include conf.d/servers.inc;\n}\n"
MEMBERS = b"# made by a script\nserver 10.0.0.2:80;\n"
SITE = b"server {\n    location / {\n        proxy_pass http://app;\n    }\n}\n"
FILES = {
    "ev/nginx/nginx.conf": MAIN,
    "ev/nginx/conf.d/app.conf": POOL,
    "ev/nginx/sites-enabled/shop": SITE,
}
OTHERS = {"ev/nginx/conf.d/servers.inc": MEMBERS}


def together(files: dict[str, bytes], others: dict[str, bytes] | None = None) -> Together:
    beside = others or {}
    return read_together(list(files.items()), beside, beside.get)


def test_a_main_file_takes_in_what_it_includes() -> None:
    found = together(FILES, OTHERS)
    assert set(found.configurations) == {"ev/nginx/nginx.conf"}
    assert found.included == {*FILES, *OTHERS} - {"ev/nginx/nginx.conf"}
    [main] = found.configurations.values()
    [app] = main.pools
    assert app.intended_shares() == {"10.0.0.1:80": 0.75, "10.0.0.2:80": 0.25}
    assert [(s.file, s.line) for s in app.servers] == [
        ("ev/nginx/conf.d/app.conf", 2),
        ("ev/nginx/conf.d/servers.inc", 2),
    ]
    assert [(r.pool, r.file, r.line) for r in main.routes] == [
        ("app", "ev/nginx/sites-enabled/shop", 3)
    ]
    # What the main file says holds in those that it takes in.
    assert [(t.seconds, t.file) for t in app.timeouts] == [(7.0, None)]
    assert main.problems == ()


def test_without_the_main_file_each_is_read_by_itself() -> None:
    files = {name: data for name, data in FILES.items() if data is not MAIN}
    found = together(files, OTHERS)
    assert set(found.configurations) == set(files)
    assert [len(c.pools) for c in found.configurations.values()] == [1, 0]


def test_logs_are_never_taken_in() -> None:
    log = b'10.0.0.1 - - [01/Jan/2026:00:00:00 +0000] "GET / HTTP/1.1" 200 1\n' * 3
    found = together(FILES, OTHERS | {"ev/nginx/sites-enabled/access.log": log})
    assert "ev/nginx/sites-enabled/access.log" not in found.included


def test_files_that_include_each_other_end() -> None:
    files = {"a.conf": b"http {\n include b.conf;\n}\n", "b.conf": b"include c.conf;\ngzip on;\n"}
    files["c.conf"] = b"include b.conf;\ninclude a.conf;\nsendfile on;\n"
    found = together(files)
    assert set(found.configurations) == {"a.conf"}
    assert any("included too often" in p for p in found.configurations["a.conf"].problems)


DEFAULTS = b"global\n  maxconn 9\ndefaults\n  balance leastconn\n  timeout server 3s\n"
BACKEND = b"backend api\n  mode http\n  server x 10.0.0.1:80\n"


def test_defaults_hold_in_the_files_that_come_after() -> None:
    for piece in ("ev/20-api.cfg", "ev/conf.d/api.cfg"):
        found = together({"ev/haproxy.cfg": DEFAULTS, piece: BACKEND})
        [api] = found.configurations[piece].pools
        assert (api.algorithm, [t.seconds for t in api.timeouts]) == ("least-conn", [3.0])
        assert found.configurations[piece].timeouts == ()
        assert api.servers[0].line == 3


def test_of_two_versions_of_a_file_neither_is_taken_for_the_one_before() -> None:
    found = together({"ev/old.cfg": DEFAULTS, "ev/new.cfg": DEFAULTS, "ev/api.cfg": BACKEND})
    [api] = found.configurations["ev/api.cfg"].pools
    assert api.algorithm == "round-robin"


def test_other_products_are_read_as_they_are() -> None:
    cfg = b"defaults\n  mode http\nbackend a\n  server x 10.0.0.1:80\n"
    found = together({"haproxy.cfg": cfg} | FILES, OTHERS)
    assert set(found.configurations) == {"haproxy.cfg", "ev/nginx/nginx.conf"}


@pytest.mark.parametrize(
    ("pattern", "named"),
    [
        ("conf.d/*.conf", ["a/conf.d/x.conf", "a/conf.d/y.conf"]),
        ("/etc/nginx/conf.d/*.conf", ["a/conf.d/x.conf", "a/conf.d/y.conf"]),
        ("/etc/nginx/upstreams.conf", ["a/upstreams.conf"]),
        ("/etc/nginx/*.conf", []),
        ("*.conf", ["a/upstreams.conf"]),
        ("missing.conf", []),
    ],
)
def test_an_include_means_files_beside_the_one_that_has_it(pattern: str, named: list[str]) -> None:
    names = [
        *("a/nginx.conf", "a/upstreams.conf", "a/conf.d/x.conf", "a/conf.d/y.conf"),
        *("a/conf.d/y.conf.bak", "b/conf.d/x.conf", "b/upstreams.conf"),
    ]
    assert meant(pattern, "a/nginx.conf", names) == named


def test_a_case_knows_the_file_of_every_server(tmp_path: Path) -> None:
    for name, data in (FILES | OTHERS).items():
        place = tmp_path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    (tmp_path / "app.log").write_text("2026-03-01T10:00:00Z INFO started\n" * 3)
    ingest([str(tmp_path)], tmp_path / "case.duckdb", shipped())
    with open_case(tmp_path / "case.duckdb") as case:
        servers = case.rows("select path, line, share from configured_servers order by share")
        roles = case.rows("select path, role from sources where role = 'configuration'")
    folder = tmp_path / "ev/nginx"
    assert servers == [
        (str(folder / "conf.d/servers.inc"), 2, 0.25),
        (str(folder / "conf.d/app.conf"), 2, 0.75),
    ]
    assert len(roles) == 4
