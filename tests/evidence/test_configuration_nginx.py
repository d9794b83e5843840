"""nginx configuration: each whole one below was accepted by `nginx -t` of nginx 1.22."""

from __future__ import annotations

import pytest

from logsleuth.evidence.configuration.intent import (
    BalancerConfiguration,
    Limit,
    Pool,
    Route,
    Timeout,
)
from logsleuth.evidence.configuration.nginx import read_nginx

SHOP = r"""
user www-data;
worker_processes 2;
events { worker_connections 1024; }

http {
    # the log, over several lines
    log_format timed '$remote_addr [$time_local] "$request" '
                     '$status ${body_bytes_sent}\t"it\'s"'
                     " \"$upstream_addr\" $upstream_response_time";
    log_format lines escape=json '{"t":"$time_iso8601",'
        '"u":"$upstream_addr"}';
    access_log /var/log/nginx/shop.log timed buffer=32k flush=5s;
    limit_req_zone $binary_remote_addr zone=perip:10m rate=20r/s;
    proxy_connect_timeout 2s;
    proxy_read_timeout "1m 30s";
    fastcgi_read_timeout 90;

    upstream catalogue {
        least_conn;
        server 127.0.0.11:8080 weight=5;
        server 127.0.0.12:8080 weight=3 max_conns=64 max_fails=2 fail_timeout=1m;
        server 127.0.0.13 down;
        server unix:/run/catalogue.sock backup;
        keepalive 16;
    }
    upstream baskets { ip_hash; server 127.0.0.21:9000; server [::1]:9000; server [::1]; }
    upstream pictures {
        hash $request_uri consistent;
        server 127.0.0.31:81; server 127.0.0.32:81;
    }
    upstream dice { random two least_conn; server 127.0.0.41:81; server localhost:82; }

    server {
        listen 8081 default_server;
        listen [::]:8081;
        server_name shop.example www.shop.example;
        limit_req zone=perip burst=40 nodelay;
        rewrite ^/old/(.*)$ /new/$1;
        rewrite ^/gone/(.*)$ /here/$1 permanent;
        location / { proxy_pass http://catalogue; proxy_next_upstream off; }
        location = /basket { proxy_pass http://baskets/; proxy_read_timeout 500ms; }
        location ^~ /img/ { proxy_pass http://pictures; access_log off; }
        location ~* \.(png|jpe?g)$ { proxy_pass http://pictures; }
        location /api/ {
            rewrite ^/api/v1/(.*) /$1 break;
            proxy_pass http://127.0.0.51:7000;
            error_page 502 = @spare;
            location /api/secure/ { proxy_pass https://localhost/in/; }
        }
        location @spare { proxy_pass http://dice$request_uri; }
        location ~\.php$ { fastcgi_pass unix:/run/php/php.sock; }
        location /choice/ {
            set $where catalogue;
            proxy_pass http://$where/x;
        }
        location /socket/ { proxy_pass http://unix:/run/app.sock:/root/; }
        location /rpc/ { if ($arg_debug) { proxy_pass http://dice; } grpc_pass grpc://baskets; }
    }
    server { listen 8082; access_log /var/log/nginx/plain.log; location / { return 204; } }
    server { listen 8083; server_name _; access_log off; }
}
"""


@pytest.fixture(scope="module")
def shop() -> BalancerConfiguration:
    return read_nginx(SHOP)


def _pool(configuration: BalancerConfiguration, name: str) -> Pool:
    pool = configuration.pool(name)
    assert pool is not None
    return pool


def _line(text: str, nth: int = 0) -> int:
    return [n for n, line in enumerate(SHOP.split("\n"), start=1) if text in line][nth]


def _route(configuration: BalancerConfiguration, matcher: str) -> Route:
    return next(route for route in configuration.routes if route.matcher == matcher)


def test_a_whole_configuration_is_read_without_problems(shop: BalancerConfiguration) -> None:
    assert shop.product == "nginx"
    assert shop.problems == ()


def test_servers_keep_weights_backups_limits_and_lines(shop: BalancerConfiguration) -> None:
    heavy, limited, down, spare = _pool(shop, "catalogue").servers
    assert (heavy.address, heavy.weight, heavy.max_fails) == ("127.0.0.11:8080", 5, 1)
    assert heavy.fail_timeout_s == 10.0
    assert (limited.weight, limited.max_conns, limited.max_fails) == (3, 64, 2)
    assert limited.fail_timeout_s == 60.0
    assert (down.address, down.down) == ("127.0.0.13:80", True)
    assert (spare.address, spare.backup) == ("unix:/run/catalogue.sock", True)
    assert heavy.line == _line("127.0.0.11")
    assert heavy.name is None
    assert not heavy.checked


def test_ipv6_addresses_get_a_port(shop: BalancerConfiguration) -> None:
    addresses = [server.address for server in _pool(shop, "baskets").servers]
    assert addresses == ["127.0.0.21:9000", "[::1]:9000", "[::1]:80"]


def test_algorithms(shop: BalancerConfiguration) -> None:
    said = {pool.name: (pool.algorithm, pool.key, pool.consistent) for pool in shop.pools}
    assert said["catalogue"] == ("least-conn", None, False)
    assert said["baskets"] == ("ip-hash", "client address", False)
    assert said["pictures"] == ("hash", "$request_uri", True)
    assert said["dice"] == ("random", None, False)
    assert said["127.0.0.51:7000"] == ("round-robin", None, False)


def test_shares_leave_out_what_is_down_or_backup(shop: BalancerConfiguration) -> None:
    assert _pool(shop, "catalogue").intended_shares() == {
        "127.0.0.11:8080": 0.625,
        "127.0.0.12:8080": 0.375,
    }


def test_a_format_over_several_lines_is_joined_and_unescaped(shop: BalancerConfiguration) -> None:
    timed, lines, combined = shop.log_formats
    assert timed.text == (
        '$remote_addr [$time_local] "$request" $status ${body_bytes_sent}\t"it\'s"'
        ' "$upstream_addr" $upstream_response_time'
    )
    assert (timed.name, timed.escape) == ("timed", "default")
    assert (lines.text, lines.escape) == (
        '{"t":"$time_iso8601","u":"$upstream_addr"}',
        "json",
    )
    assert combined.text.startswith("$remote_addr - $remote_user [")


def test_access_logs_name_their_format(shop: BalancerConfiguration) -> None:
    assert shop.access_logs == (
        ("/var/log/nginx/shop.log", "timed"),
        ("/var/log/nginx/plain.log", "combined"),
    )


def test_frontends_inherit_their_log(shop: BalancerConfiguration) -> None:
    said = [(each.name, each.binds, each.log_format) for each in shop.frontends]
    assert said == [
        ("shop.example", ("8081", "[::]:8081"), "timed"),
        ("_", ("8082",), "combined"),
        ("_", ("8083",), None),
    ]


@pytest.mark.parametrize(
    ("matcher", "kind", "values", "pool", "rewrite"),
    [
        ("location /", "default", ("/",), "catalogue", None),
        ("location = /basket", "exact", ("/basket",), "baskets", "/basket => /"),
        ("location ^~ /img/", "prefix", ("/img/",), "pictures", None),
        (r"location ~* \.(png|jpe?g)$", "regex", (r"(?i)\.(png|jpe?g)$",), "pictures", None),
        ("location /api/", "prefix", ("/api/",), "127.0.0.51:7000", "^/api/v1/(.*) => /$1 break"),
        ("location @spare", "named", ("@spare",), "dice", None),
        (r"location ~\.php$", "regex", (r"\.php$",), "unix:/run/php/php.sock", None),
        ("location /choice/", "prefix", ("/choice/",), "$where/x", None),
        ("location /socket/", "prefix", ("/socket/",), "unix:/run/app.sock", "/socket/ => /root/"),
        ("location /rpc/", "prefix", ("/rpc/",), "baskets", None),
        ("if ($arg_debug)", "acl", ("($arg_debug)",), "dice", None),
    ],
)
def test_routes(
    shop: BalancerConfiguration,
    matcher: str,
    kind: str,
    values: tuple[str, ...],
    pool: str,
    rewrite: str | None,
) -> None:
    route = _route(shop, matcher)
    assert (route.kind, route.values, route.pool) == (kind, values, pool)
    always = "^/old/(.*)$ => /new/$1"
    assert route.rewrite == (f"{always}; {rewrite}" if rewrite else always)
    assert route.host == "shop.example www.shop.example"


def test_a_nested_location_adds_to_the_rewrites_around_it(shop: BalancerConfiguration) -> None:
    route = _route(shop, "location /api/secure/")
    assert route.pool == "localhost:443"
    assert route.rewrite is not None
    assert route.rewrite.endswith("/api/secure/ => /in/")


def test_a_direct_pass_makes_a_pool_of_one(shop: BalancerConfiguration) -> None:
    assert _pool(shop, "127.0.0.51:7000").intended_shares() == {"127.0.0.51:7000": 1.0}
    assert shop.pool("$where/x") is None


def test_a_pool_knows_the_timeouts_and_limits_in_effect(shop: BalancerConfiguration) -> None:
    pool = _pool(shop, "catalogue")
    assert pool.timeouts == (
        Timeout("proxy_connect_timeout", 2.0, _line("proxy_connect_timeout"), "http"),
        Timeout("proxy_read_timeout", 90.0, _line("1m 30s"), "http"),
    )
    assert {(limit.name, limit.value) for limit in pool.limits} == {
        ("keepalive", "16"),
        ("limit_req", "zone=perip burst=40 nodelay"),
        ("proxy_next_upstream", "off"),
    }
    php = _pool(shop, "unix:/run/php/php.sock")
    assert [timeout.name for timeout in php.timeouts] == ["fastcgi_read_timeout"]


def test_an_inner_timeout_replaces_the_outer(shop: BalancerConfiguration) -> None:
    timeouts = {timeout.name: timeout for timeout in _pool(shop, "baskets").timeouts}
    assert timeouts["proxy_read_timeout"].seconds == 0.5
    assert timeouts["proxy_read_timeout"].scope == "location = /basket"


def test_all_written_limits_are_listed(shop: BalancerConfiguration) -> None:
    assert Limit("worker_connections", "1024", 4, "events") in shop.limits
    assert Limit("keepalive", "16", _line("keepalive 16"), "upstream catalogue") in shop.limits


def test_a_file_cut_short_keeps_what_came_before() -> None:
    found = read_nginx(SHOP[: SHOP.index("upstream pictures")])
    assert [pool.name for pool in found.pools] == ["catalogue", "baskets"]
    assert len(found.problems) == 1
