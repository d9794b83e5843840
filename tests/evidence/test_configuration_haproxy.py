"""HAProxy configuration: each whole one below was accepted by `haproxy -c` of HAProxy 2.6."""

from __future__ import annotations

import pytest

from logsleuth.evidence.configuration.haproxy import read_haproxy
from logsleuth.evidence.configuration.intent import (
    BalancerConfiguration,
    Limit,
    LogFormat,
    Pool,
    Route,
    Timeout,
)

SHOP = r"""
global
    log 127.0.0.1:514 local0
    maxconn 2000
    stats timeout 30s

defaults web
    mode http
    log global
    option httplog
    balance leastconn
    retries 2
    timeout connect 1500
    timeout client 1m
    timeout server 30s   # seconds
    timeout queue 250ms
    option httpchk
    http-check send meth GET uri /up
    default-server inter 2s weight 20

defaults raw
    mode tcp
    log global
    option tcplog
    timeout connect 500000us
    timeout client 1h
    timeout server 1h

frontend entrance from web
    bind *:8080
    bind :::8443
    maxconn 500
    log-format "%ci:%cp [%tr] \"%HM\" "'%b/%s'\ %ST\t%{+Q}r
    acl is_api path_beg /api/ /v2/
    acl is_api path_beg /rpc/
    acl is_image path_end -i .png .jpg
    acl from_office src 10.0.0.0/8
    acl is_shop hdr(host) -i shop.example www.shop.example
    acl mixed path /a
    acl mixed src 10.9.0.1
    http-request deny deny_status 429 if { sc_http_req_rate(0) gt 50 }
    use_backend api if is_api is_shop
    use_backend images if is_image
    use_backend images if { path -m dir icons }
    use_backend office if from_office !is_image
    use_backend office if is_image or from_office
    use_backend office unless is_shop
    use_backend office if mixed
    use_backend api if { path /exact } { req.hdr(host) api.example }
    use_backend images if { path_reg ^/i[0-9]+ }
    use_backend %[req.hdr(x-pool),lower] if { req.hdr(x-pool) -m found }
    default_backend pages

backend api from web
    balance roundrobin
    cookie SRV insert indirect nocache
    http-request replace-path /api(.*) \1
    fullconn 100
    server a1 10.0.0.1:80 check cookie one weight 30 maxconn 10
    server a2 10.0.0.2:80 check cookie backup
    default-server weight 5 slowstart 10s disabled
    server a3 10.0.0.3:80 check cookie three enabled
    server a4 10.0.0.4:80 weight 0 enabled
    server a5 10.0.0.5:80
    server a6 /run/a6.sock backup enabled maxconn 0

backend images from web
    balance uri depth 2
    hash-type consistent
    timeout server 5s
    option allbackups
    no option allbackups
    option allbackups
    option tcp-check
    tcp-check connect
    server-template img 1-3 images.internal:80 check init-addr none
    server-template more 2 images.internal:80 init-addr none weight 10

backend office from web
    balance hdr(X-Team)
    stick-table type ip size 10k expire 30m
    stick on src
    server o1 ipv4@10.0.1.1:80

backend pages from web
    disabled
    server p1 10.0.2.1:80

backend empty from web
    balance url_param session

listen store from raw
    bind *:3306
    balance source
    server s1 10.0.3.1:3306 check
    server s2 10.0.3.2:3306 check backup
    server s3 10.0.3.3:3306 check backup

listen status from web
    bind *:8404
    no log
    stats enable
"""


@pytest.fixture(scope="module")
def shop() -> BalancerConfiguration:
    return read_haproxy(SHOP)


def _pool(configuration: BalancerConfiguration, name: str) -> Pool:
    pool = configuration.pool(name)
    assert pool is not None
    return pool


def _line(text: str, nth: int = 0) -> int:
    return [n for n, line in enumerate(SHOP.split("\n"), start=1) if text in line][nth]


def _route(configuration: BalancerConfiguration, line: str) -> Route:
    return next(route for route in configuration.routes if route.line == _line(line))


def test_a_whole_configuration_is_read_without_problems(shop: BalancerConfiguration) -> None:
    assert shop.product == "haproxy"
    assert shop.problems == ()


def test_default_server_holds_for_the_servers_after_it(shop: BalancerConfiguration) -> None:
    servers = {server.name: server for server in _pool(shop, "api").servers}
    assert {name: server.weight for name, server in servers.items()} == {
        "a1": 30,
        "a2": 20,
        "a3": 5,
        "a4": 0,
        "a5": 5,
        "a6": 5,
    }
    assert servers["a3"].slow_start_s == 10.0
    assert servers["a1"].slow_start_s is None


def test_servers_keep_state_limits_and_lines(shop: BalancerConfiguration) -> None:
    servers = {server.name: server for server in _pool(shop, "api").servers}
    assert (servers["a1"].max_conns, servers["a6"].max_conns) == (10, None)
    assert [name for name, server in servers.items() if server.down] == ["a5"]
    assert [name for name, server in servers.items() if server.checked] == ["a1", "a2", "a3"]
    assert servers["a1"].line == _line("server a1")
    assert servers["a1"].max_fails is None


def test_a_value_is_not_taken_for_a_keyword(shop: BalancerConfiguration) -> None:
    backups = [server.name for server in _pool(shop, "api").servers if server.backup]
    assert backups == ["a6"]
    assert _pool(shop, "api").servers[1].cookie == "backup"


def test_shares_go_by_name_and_leave_out_weight_zero(shop: BalancerConfiguration) -> None:
    shares = _pool(shop, "api").intended_shares()
    assert shares == {"a1": 30 / 55, "a2": 20 / 55, "a3": 5 / 55}


def test_a_template_makes_numbered_servers(shop: BalancerConfiguration) -> None:
    servers = _pool(shop, "images").servers
    assert [server.name for server in servers] == ["img1", "img2", "img3", "more1", "more2"]
    assert [server.weight for server in servers] == [20, 20, 20, 10, 10]
    assert {server.address for server in servers} == {"images.internal:80"}


def test_algorithms_and_what_they_go_by(shop: BalancerConfiguration) -> None:
    said = {pool.name: (pool.algorithm, pool.key, pool.consistent) for pool in shop.pools}
    assert said == {
        "api": ("round-robin", "cookie SRV", False),
        "images": ("uri", "uri depth 2", True),
        "office": ("hdr", "X-Team", False),
        "pages": ("least-conn", None, False),
        "empty": ("url-param", "session", False),
        "store": ("source", "client address", False),
    }
    assert _pool(shop, "office").affinity == "stick on src"


def test_only_the_first_backup_steps_in_unless_all_may(shop: BalancerConfiguration) -> None:
    assert not _pool(shop, "store").all_backups
    assert _pool(shop, "images").all_backups


def test_checks_are_inherited_or_replaced(shop: BalancerConfiguration) -> None:
    assert _pool(shop, "api").check == "option httpchk; http-check send meth GET uri /up"
    assert _pool(shop, "images").check == "option tcp-check; tcp-check connect"
    assert _pool(shop, "store").check is None


def test_timeouts_in_force_know_where_they_were_written(shop: BalancerConfiguration) -> None:
    timeouts = {timeout.name: timeout for timeout in _pool(shop, "images").timeouts}
    assert timeouts == {
        "timeout connect": Timeout(
            "timeout connect", 1.5, _line("timeout connect 1500"), "defaults web"
        ),
        "timeout server": Timeout("timeout server", 5.0, _line("server 5s"), "backend images"),
        "timeout queue": Timeout("timeout queue", 0.25, _line("timeout queue"), "defaults web"),
    }
    store = {timeout.name: timeout.seconds for timeout in _pool(shop, "store").timeouts}
    assert store == {"timeout connect": 0.5, "timeout client": 3600.0, "timeout server": 3600.0}


def test_limits(shop: BalancerConfiguration) -> None:
    assert Limit("maxconn", "2000", _line("maxconn 2000"), "global") in shop.limits
    assert {(limit.name, limit.value) for limit in _pool(shop, "api").limits} == {
        ("retries", "2"),
        ("timeout queue", "250ms"),
        ("fullconn", "100"),
    }
    entrance = shop.frontends[0]
    assert [limit.name for limit in entrance.limits] == ["maxconn", "http-request deny"]
    assert [timeout.name for timeout in entrance.timeouts] == ["timeout client"]


@pytest.mark.parametrize(
    ("line", "kind", "values", "host"),
    [
        ("if is_api", "prefix", ("/api/", "/v2/", "/rpc/"), "shop.example www.shop.example"),
        ("images if is_image", "regex", (r"(?i)\.png$", r"(?i)\.jpg$"), None),
        ("-m dir icons", "regex", ("(?:^|/)icons(?:/|$)",), None),
        ("!is_image", "acl", ("from_office", "!is_image"), None),
        ("or from_office", "acl", ("is_image", "or", "from_office"), None),
        ("unless", "acl", ("is_shop",), None),
        ("if mixed", "acl", ("mixed",), None),
        ("path /exact", "exact", ("/exact",), "api.example"),
        ("path_reg", "regex", ("^/i[0-9]+",), None),
        ("default_backend", "default", (), None),
    ],
)
def test_routes(
    shop: BalancerConfiguration, line: str, kind: str, values: tuple[str, ...], host: str | None
) -> None:
    route = _route(shop, line)
    assert (route.kind, route.values, route.host) == (kind, values, host)


def test_a_route_shows_its_acl_as_written(shop: BalancerConfiguration) -> None:
    assert _route(shop, "images if is_image").matcher == "acl is_image path_end -i .png .jpg"
    assert _route(shop, "-m dir").matcher == "acl { path -m dir icons }"
    assert _route(shop, "if mixed").matcher == "acl mixed path /a; acl mixed src 10.9.0.1"
    assert _route(shop, "if is_api").matcher == "use_backend api if is_api is_shop"


def test_a_route_carries_the_rewrite_of_its_backend(shop: BalancerConfiguration) -> None:
    assert _route(shop, "if is_api").rewrite == r"http-request replace-path /api(.*) \1"


def test_a_listen_section_is_its_own_route(shop: BalancerConfiguration) -> None:
    route = _route(shop, "listen store")
    assert (route.kind, route.pool, route.matcher) == ("default", "store", "listen store")
    assert shop.pool("status") is None


def test_log_formats_are_unquoted_and_predefined_ones_written_out(
    shop: BalancerConfiguration,
) -> None:
    formats = {each.name: each for each in shop.log_formats}
    assert formats["frontend entrance"] == LogFormat(
        "frontend entrance",
        '%ci:%cp [%tr] "%HM" %b/%s %ST\t%{+Q}r',
        None,
        _line("log-format"),
    )
    assert formats["defaults web"].text.endswith("%hr %hs %{+Q}r")
    assert formats["defaults raw"].text.endswith("%B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq")


def test_frontends_and_where_they_log(shop: BalancerConfiguration) -> None:
    said = [(each.name, each.binds, each.mode, each.log_format) for each in shop.frontends]
    assert said == [
        ("entrance", ("*:8080", ":::8443"), "http", "frontend entrance"),
        ("store", ("*:3306",), "tcp", "defaults raw"),
        ("status", ("*:8404",), "http", "defaults web"),
    ]
    assert shop.access_logs == (
        ("127.0.0.1:514", "frontend entrance"),
        ("127.0.0.1:514", "defaults raw"),
    )
