"""Recognising configurations, surviving any bytes, and the shares a pool intends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logsleuth.evidence.configuration.intent import BalancerConfiguration, Pool, Server
from logsleuth.evidence.configuration.read import looks_like, read
from logsleuth.evidence.configuration.units import haproxy_seconds, nginx_seconds, whole

NGINX = b"events {}\nhttp { upstream a { server 10.0.0.1; } }\n"
ENVOY = b"static_resources:\n  clusters:\n  - name: a\n    lb_policy: RANDOM\n"
DUMP = b'{"configs": [{"@type": "type.googleapis.com/envoy.admin.v3.ClustersConfigDump"}]}'
TRAEFIK = b'http:\n  services:\n    a:\n      loadBalancer:\n        servers: [{url: "http://b"}]\n'
TOML = b'[http.services.a.loadBalancer]\n[[http.services.a.loadBalancer.servers]]\nurl="http://b"\n'
JSON_LOG = b'{"upstream_cluster":"a","http":{"services":1},"msg":"static_resources: clusters"}\n'
HAPROXY = b"# made by hand\ndefaults\n  mode http\nbackend a\n  server x 10.0.0.1:80\n"


@pytest.mark.parametrize(
    ("name", "head", "product"),
    [
        ("nginx.conf", NGINX, "nginx"),
        ("anything.txt", NGINX, "nginx"),
        ("bom.conf", b"\xef\xbb\xbf" + NGINX, "nginx"),
        ("site", b"# a site\nserver {\n listen 80;\n server_name a.b;\n}\n", "nginx"),
        ("up.conf", b"upstream a {\n server 10.0.0.1:80;\n", "nginx"),
        ("proxy.inc", b"proxy_read_timeout 3s;\n", "nginx"),
        ("nginx.conf", b"gzip on;\n", "nginx"),
        ("evidence/haproxy.cfg", HAPROXY, "haproxy"),
        ("other.conf", HAPROXY.replace(b"\n", b"\r\n"), "haproxy"),
        ("only.cfg", b"listen web :80\n  server a 10.0.0.1:80\n", "haproxy"),
        ("haproxy.cfg", b"peers p\n", "haproxy"),
        ("nginx.conf", b"", None),
        ("nginx.conf", b"events {}\n\0", None),
        ("postgresql.conf", b"listen_addresses = '*'\nmax_connections = 100\n", None),
        ("my.cfg", b"[mysqld]\nport = 3306\nuser = mysql\n", None),
        ("app.conf", b"http {\n  port = 80\n}\nserver { listen = 80 }\n", None),
        ("named.conf", b'server 10.0.0.1 { bogus yes; };\nzone "a" { type master; };\n', None),
        ("a.json", b'{"server": {"listen": 80}}\n', None),
        ("access.log", b'10.0.0.1 - - [01/Jan/2026:00:00:00 +0000] "GET / HTTP/1.1" 200 1\n', None),
        ("syslog", b"Jan  1 00:00:00 lb haproxy[1]: backend a has no server available!\n", None),
        ("odd.log", b"backend payments\nhas no server\n", None),
        ("odd.log", b"server started; listen 80\n", None),
        ("error.log", b'2026/01/01 00:00:00 [emerg] 1#1: "server" directive {\n', None),
        ("query.log", b"user=app SELECT 1;\n", None),
        ("envoy.yaml", ENVOY, "envoy"),
        ("dump.json", DUMP, "envoy"),
        ("dynamic.yml", TRAEFIK, "traefik"),
        ("traefik.toml", TOML, "traefik"),
        ("static.yml", b"entryPoints:\n  web: {address: ':80'}\nproviders: {}\n", "traefik"),
        ("envoy.log", JSON_LOG * 3, None),
        ("dumps.jsonl", DUMP + b"\n" + DUMP + b"\n", None),
        ("one.log", JSON_LOG, None),
        ("http.yml", b"http:\n  services: [a]\n  rule: weighted\n", None),
        ("k8s.yml", b"kind: Service\nspec:\n  http: {services: {a: {port: 1}}}\n", None),
        ("app.toml", b'[http]\nrule = "x"\n[http.services]\na = 1\n', None),
        ("settings.json", b'{"static_resources": {"clusters": 3}}', None),
    ],
)
def test_looks_like(name: str, head: bytes, product: str | None) -> None:
    assert looks_like(name, head) == product


def test_a_head_cut_anywhere_is_still_recognised() -> None:
    assert {looks_like("x", NGINX[:cut]) for cut in range(32, len(NGINX))} == {"nginx"}
    assert {looks_like("x", HAPROXY[:cut]) for cut in range(36, len(HAPROXY))} == {"haproxy"}


def test_read_takes_the_product_from_the_content() -> None:
    assert read("nginx.conf", HAPROXY).product == "haproxy"
    assert read("haproxy.cfg", NGINX).product == "nginx"
    assert read("odd", b"{").product == "nginx"
    assert read("odd", b"words").problems == ("line 1: stands before the first section",)


def test_only_so_much_of_a_huge_file_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("logsleuth.evidence.configuration.read._MOST", len(NGINX))
    found = read("nginx.conf", NGINX + b"events {}\n")
    assert found.problems == (f"only the first {len(NGINX)} bytes are read",)


def test_only_so_many_problems_are_told() -> None:
    problems = read("haproxy.cfg", b"backend\n" * 150).problems
    assert len(problems) == 101
    assert problems[-1] == "50 more problems"


def test_an_error_in_a_reader_becomes_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(text: str) -> BalancerConfiguration:
        raise RuntimeError(text)

    monkeypatch.setitem(read.__globals__["_READERS"], "nginx", fail)
    assert read("nginx.conf", NGINX).problems == ("not readable: RuntimeError",)


_WORDS = [
    *("http", "server", "upstream", "location", "proxy_pass", "http://a", "log_format", "weight=1"),
    *("include", "if", "hash", "sticky", "rewrite", "access_log", "set_by_lua_block", "a=b"),
    *("listen", "frontend", "backend", "defaults", "global", "from", "a", "use_backend", "acl"),
    *("timeout", "queue", "balance", "cookie", "stick", "on", "server-template", "1-3", "path_beg"),
    *(
        "-m",
        "-i",
        "option",
        "httpchk",
        "http-request",
        "deny",
        "tcp-request",
        "log",
        "unless",
        "no",
    ),
    *("{", "}", ";", "\n", "\n", " ", "#", "'", '"', "\\", "$", "${", "9" * 5000, "\0", "²"),
]


@given(st.lists(st.sampled_from(_WORDS)).map(" ".join), st.sampled_from(["nginx", "haproxy"]))
def test_read_never_raises_on_words_of_configurations(text: str, product: str) -> None:
    name = {"nginx": "nginx.conf", "haproxy": "haproxy.cfg"}[product]
    head = {"nginx": "events {} http { log_format a b; ", "haproxy": "defaults\n mode http\n"}
    for data in (text.encode(), (head[product] + text).encode()):
        found = read(name, data)
        assert not any("not readable" in problem for problem in found.problems)
        for pool in found.pools:
            assert not pool.servers or sum(pool.intended_shares().values()) <= 1.0001


@given(st.text(), st.binary())
def test_read_never_raises_on_any_bytes(name: str, data: bytes) -> None:
    products = {"nginx", "haproxy", "envoy", "traefik"}
    assert read(name, data).product in products
    assert looks_like(name, data) in {None, *products}


@given(st.integers(0, len(NGINX)), st.binary(max_size=4))
def test_read_never_raises_on_damaged_configurations(at: int, damage: bytes) -> None:
    for whole_one in (NGINX, HAPROXY, ENVOY, TRAEFIK, TOML, DUMP):
        found = read("x", whole_one[:at] + damage + whole_one[at + 1 :])
        assert not any("not readable" in problem for problem in found.problems)


def _pool(*servers: Server, all_backups: bool = True) -> Pool:
    return Pool("a", "round-robin", None, servers, 1, all_backups=all_backups)


ONE = Server(None, "10.0.0.1:80", weight=3)
TWO = Server("two", "10.0.0.2:80")
SPARE = Server("spare", "10.0.0.3:80", weight=2, backup=True)
OTHER = Server("other", "10.0.0.4:80", weight=2, backup=True)


@pytest.mark.parametrize(
    ("pool", "shares"),
    [
        (_pool(), {}),
        (_pool(ONE, TWO, SPARE), {"10.0.0.1:80": 0.75, "two": 0.25}),
        (_pool(Server(None, "a:1", down=True), TWO), {"two": 1.0}),
        (_pool(Server(None, "a:1", weight=0), TWO), {"two": 1.0}),
        (_pool(Server(None, "a:1", down=True), SPARE, OTHER), {"spare": 0.5, "other": 0.5}),
        (_pool(Server(None, "a:1", weight=0), SPARE, OTHER, all_backups=False), {"spare": 1.0}),
        (_pool(Server(None, "a:1", backup=True, down=True)), {}),
        (_pool(ONE, ONE, Server(None, "b:1", weight=2)), {"10.0.0.1:80": 0.75, "b:1": 0.25}),
    ],
)
def test_intended_shares(pool: Pool, shares: dict[str, float]) -> None:
    assert pool.intended_shares() == shares


@given(st.lists(st.tuples(st.integers(0, 256), st.booleans(), st.booleans()), max_size=8))
def test_shares_sum_to_one_or_are_none(said: list[tuple[int, bool, bool]]) -> None:
    servers = [
        Server(f"s{n}", "", weight=weight, backup=backup, down=down)
        for n, (weight, backup, down) in enumerate(said)
    ]
    shares = _pool(*servers).intended_shares()
    able = any(server.weight and not server.down for server in servers)
    assert sum(shares.values()) == pytest.approx(1.0 if able else 0.0)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30", 30.0),
        ("1500ms", 1.5),
        ("1h30m", 5400.0),
        ("1h 30m", 5400.0),
        ("1m 30", 90.0),
        ("1y", 31536000.0),
        ("", None),
        ("s", None),
        ("-1", None),
        ("1.5s", None),
        ("9" * 99, None),
    ],
)
def test_nginx_times(text: str, seconds: float | None) -> None:
    assert nginx_seconds(text) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5000", 5.0),
        ("400ms", 0.4),
        ("250us", 0.00025),
        ("2s", 2.0),
        ("1m", 60.0),
        ("1h", 3600.0),
        ("1d", 86400.0),
        ("1w", None),
        ("1h30m", None),
        ("", None),
    ],
)
def test_haproxy_times(text: str, seconds: float | None) -> None:
    assert haproxy_seconds(text) == seconds


def test_whole_numbers() -> None:
    assert (whole("12"), whole("1_0"), whole("²"), whole("-1"), whole("9" * 5000)) == (
        12,
        None,
        None,
        None,
        None,
    )
