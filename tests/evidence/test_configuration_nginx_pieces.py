"""Pieces of nginx configuration: site files, streams, options of modules, and mistakes."""

from __future__ import annotations

import pytest

from logsleuth.evidence.configuration.intent import Timeout
from logsleuth.evidence.configuration.nginx import read_nginx


def test_a_piece_with_upstreams_only() -> None:
    found = read_nginx("upstream a { server 10.1.0.1:80 weight=2; server 10.1.0.2:80; }\n")
    assert found.pools[0].intended_shares() == {"10.1.0.1:80": 2 / 3, "10.1.0.2:80": 1 / 3}
    assert found.problems == ()


def test_a_site_file_keeps_routes_to_upstreams_of_other_files() -> None:
    found = read_nginx("server {\n listen 80;\n location /a { proxy_pass http://elsewhere; }\n}\n")
    assert found.routes[0].pool == "elsewhere"
    assert found.pools == ()
    assert found.problems == ("line 3: no upstream elsewhere in this file",)


def test_a_bare_location_and_a_bare_pass() -> None:
    found = read_nginx("location /a { proxy_pass http://10.1.0.1; }\nproxy_pass http://h.lan:9;\n")
    assert [(route.matcher, route.pool) for route in found.routes] == [
        ("location /a", "10.1.0.1:80"),
        ("main", "h.lan:9"),
    ]


def test_streams_route_by_their_server() -> None:
    found = read_nginx(
        "events {}\nstream {\n upstream db { server 10.1.0.5:5432 weight=2; server 10.1.0.6:5432; }"
        "\n server { listen 5432; proxy_pass db; proxy_timeout 10m; }\n}\n"
    )
    assert found.routes[0].kind == "default"
    assert found.routes[0].pool == "db"
    assert found.frontends[0].mode == "tcp"
    assert found.pools[0].timeouts == (Timeout("proxy_timeout", 600.0, 4, "server"),)


def test_options_of_the_commercial_version_and_of_modules() -> None:
    found = read_nginx(
        "upstream a {\n sticky cookie srv expires=1h;\n least_time header;\n"
        " server 10.1.0.1:80 slow_start=30s route=one;\n server 10.1.0.2:80 drain;\n"
        " check interval=3000 rise=2;\n}\nupstream b { sticky; server 10.1.0.3:80; }\n"
    )
    pool = found.pools[0]
    assert (pool.algorithm, pool.key, pool.affinity) == ("least-time", "cookie srv", "cookie srv")
    assert pool.check == "check interval=3000 rise=2"
    assert (pool.servers[0].slow_start_s, pool.servers[0].cookie) == (30.0, "one")
    assert pool.servers[1].down
    assert found.pools[1].affinity == "cookie"


def test_values_that_nginx_would_refuse_are_problems() -> None:
    found = read_nginx(
        "upstream a {\n server 10.1.0.1:80 weight=0;\n server 10.1.0.2:80 weight=many;\n"
        " server 10.1.0.3:80 fail_timeout=soon;\n}\nproxy_read_timeout later;\n"
    )
    assert [server.weight for server in found.pools[0].servers] == [1, 1, 1]
    assert [problem.split(":")[0] for problem in found.problems] == [
        "line 2",
        "line 3",
        "line 4",
        "line 6",
    ]


def test_includes_are_named_but_not_followed() -> None:
    found = read_nginx("include /etc/nginx/mime.types;\ninclude /etc/passwd;\n")
    assert found.problems == ("line 2: include /etc/passwd is not in this file",)


@pytest.mark.parametrize(
    "broken",
    [
        "upstream a { server 10.1.0.1:80; } }\nupstream b { server 10.1.0.2:80; }\n",
        "upstream a { server 10.1.0.1:80 }\nupstream b { server 10.1.0.2:80; }\n",
        "upstream a {\nserver 10.1.0.1:80\n}\nupstream b { server 10.1.0.2:80; }\n",
        "upstream a {\nserver 10.1.0.1:80;\nzone 'a;\n}\nupstream b { server 10.1.0.2:80; }\n",
        "upstream a { server 10.1.0.1:80; }\ngzip on\nupstream b { server 10.1.0.2:80; }\n"
        "upstream b { server 10.1.0.2:80; }\n",
        "{ }\nupstream a { server 10.1.0.1:80; }\nupstream b { server 10.1.0.2:80; }; }; }\n",
    ],
)
def test_one_mistake_does_not_lose_the_rest(broken: str) -> None:
    found = read_nginx(broken)
    servers = {pool.name: [server.address for server in pool.servers] for pool in found.pools}
    assert servers == {"a": ["10.1.0.1:80"], "b": ["10.1.0.2:80"]}


def test_a_server_line_without_its_semicolon_does_not_swallow_the_next() -> None:
    found = read_nginx("upstream a {\n server 10.1.0.1:80\n server 10.1.0.2:80;\n}\n")
    assert len(found.pools[0].servers) == 2
    assert found.problems == ('line 2: "server" lacks its ";"',)


def test_hostile_nesting_and_repetition_end_soon() -> None:
    assert read_nginx("http {" * 50_000).problems
    assert read_nginx("}\n" * 50_000).problems[-1].endswith("the rest was not read")
    many = "limit_req zone=a;\n" * 2_000 + "location /a { proxy_pass http://b.c; }\n" * 2_000
    assert len(read_nginx(many).routes) == 2_000
