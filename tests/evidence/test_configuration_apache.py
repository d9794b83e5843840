"""Apache's configuration: balancers, what is sent to them, and the formats of its logs."""

from __future__ import annotations

from logsleuth.evidence.configuration.read import looks_like, read

CONFIGURATION = rb"""
# the shop
LogFormat "%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" %{BALANCER_WORKER_NAME}e %D" worker
CustomLog logs/access_log worker
ProxyTimeout 30
<VirtualHost *:80>
  ServerName shop.example.org
  <Proxy "balancer://shop">
    BalancerMember http://203.0.113.5:8080 loadfactor=3 retry=5
    BalancerMember "http://203.0.113.6:8080" \
        loadfactor=1
    BalancerMember http://203.0.113.7:8080 status=+H
    BalancerMember http://203.0.113.8:8080 status=+D
    ProxySet lbmethod=bybusyness
  </Proxy>
  ProxyPass /static !
  ProxyPass "/" "balancer://shop/" stickysession=SID timeout=500ms
  <Location "/api">
    ProxyPass "http://203.0.113.9:9000/api"
  </Location>
  CustomLog "|/bin/rotate" "%t %D"
</VirtualHost>
"""


def test_balancers_are_pools() -> None:
    assert looks_like("a.conf", CONFIGURATION) == "apache"
    found = read("a.conf", CONFIGURATION)
    [pool] = found.pools
    assert (pool.name, pool.algorithm, pool.affinity) == ("shop", "least-conn", "cookie SID")
    told = [(s.address, s.weight, s.backup, s.down, s.line) for s in pool.servers]
    assert told == [
        ("203.0.113.5:8080", 3, False, False, 9), ("203.0.113.6:8080", 1, False, False, 10),
        ("203.0.113.7:8080", 1, True, False, 12), ("203.0.113.8:8080", 1, False, True, 13),
    ]  # fmt: skip
    assert pool.intended_shares() == {"203.0.113.5:8080": 0.75, "203.0.113.6:8080": 0.25}


def test_routes_timeouts_and_formats_are_told() -> None:
    found = read("a.conf", CONFIGURATION)
    assert [(r.values, r.pool) for r in found.routes] == [
        (("/",), "shop"), (("/api",), "203.0.113.9:9000"),
    ]  # fmt: skip
    assert ("proxytimeout", 30.0) in {(t.name, t.seconds) for t in found.timeouts}
    assert ("timeout", 0.5) in {(t.name, t.seconds) for t in found.timeouts}
    assert [(f.name, f.line) for f in found.log_formats] == [("worker", 3), ("", 21)]
    assert found.log_formats[0].text.startswith('%h %l %u %t "%r" %>s')


def test_logs_and_other_settings_are_none_of_apache() -> None:
    assert looks_like("a.log", b"[Mon Mar 02 10:15:01 2026] [error] ErrorLog is full\n" * 3) is None
    assert looks_like("a.conf", b"upstream shop { server 203.0.113.5; }\n") == "nginx"
    assert looks_like("a.ini", b"[ServerName]\nTimeout = 5\n") is None
