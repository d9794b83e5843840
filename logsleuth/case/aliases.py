"""Servers and pools under every name that the evidence has for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


def configured(connection: duckdb.DuckDBPyConnection) -> None:
    """Name each server's pool as the balancer's configuration does.

    A server in several pools gives no pool: its log line must say which.
    """
    connection.execute("delete from aliases where basis = 'configuration'")
    connection.execute(
        """
        insert into aliases
        select address, address, min(pool), 'configuration'
        from configured_servers
        group by address
        having count(distinct pool) = 1
        """
    )
