"""Stores what the balancer's configuration in the evidence intends."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

    from logsleuth.evidence.configuration.intent import BalancerConfiguration


def store(
    connection: duckdb.DuckDBPyConnection, path: str, configuration: BalancerConfiguration
) -> None:
    """Insert the pools, routes, timeouts and limits of one configuration file."""
    _servers(connection, path, configuration)
    _routes(connection, path, configuration)
    _settings(connection, path, configuration)


def _servers(
    connection: duckdb.DuckDBPyConnection, path: str, configuration: BalancerConfiguration
) -> None:
    for pool in configuration.pools:
        shares = pool.intended_shares()
        for server in pool.servers:
            connection.execute(
                "insert into configured_servers values ($path, $product, $pool, $algorithm, $key,"
                " $name, $address, $weight, $backup, $down, $checked, $max_conns, $share, $line,"
                " $slow_start_s)",
                {
                    "path": server.file or path, "product": configuration.product,
                    "pool": pool.name,
                    "algorithm": pool.algorithm, "key": pool.affinity or pool.key,
                    "name": server.name, "address": server.address, "weight": server.weight,
                    "backup": server.backup, "down": server.down, "checked": server.checked,
                    "max_conns": server.max_conns, "share": shares.get(server.label, 0.0),
                    "line": server.line, "slow_start_s": server.slow_start_s,
                },
            )  # fmt: skip


def _routes(
    connection: duckdb.DuckDBPyConnection, path: str, configuration: BalancerConfiguration
) -> None:
    for route in configuration.routes:
        for value in route.values or ("",):
            connection.execute(
                "insert into configured_routes values"
                " ($path, $product, $matcher, $kind, $value, $pool, $rewrite, $line)",
                {
                    "path": route.file or path, "product": configuration.product,
                    "matcher": route.matcher,
                    "kind": route.kind, "value": value or None, "pool": route.pool,
                    "rewrite": route.rewrite, "line": route.line,
                },
            )  # fmt: skip


def _settings(
    connection: duckdb.DuckDBPyConnection, path: str, configuration: BalancerConfiguration
) -> None:
    timeouts = [
        ("timeout", t.scope, t.name, f"{t.seconds:g}", t.seconds, t.line, t.file)
        for t in configuration.timeouts
    ]
    limits = [
        ("limit", m.scope, m.name, m.value, None, m.line, m.file) for m in configuration.limits
    ]
    for kind, scope, name, value, seconds, line, file in [*timeouts, *limits]:
        connection.execute(
            "insert into configured_settings values"
            " ($path, $product, $kind, $scope, $name, $value, $seconds, $line)",
            {
                "path": file or path, "product": configuration.product, "kind": kind,
                "scope": scope, "name": name, "value": value, "seconds": seconds, "line": line,
            },
        )  # fmt: skip
