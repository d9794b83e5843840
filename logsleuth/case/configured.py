"""Sorts configuration out of the evidence, and stores what it intends."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from logsleuth.case import finish, intent
from logsleuth.case.account import Account
from logsleuth.evidence import files
from logsleuth.formats.detect import Hint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from logsleuth.evidence.discover import EvidenceFile

# The format that each product's format strings are of; HAProxy's usual ones are known without.
_LOGGED: Final = {
    "nginx": "nginx-access", "haproxy": "haproxy", "envoy": "envoy-access",
    "apache": "apache-access",
}  # fmt: skip
# A configuration larger than this is none.
_LARGEST_CONFIGURATION: Final = 8 << 20
_LARGEST_INCLUDED: Final = 1 << 20


def parted(
    found: Sequence[EvidenceFile],
) -> tuple[list[tuple[EvidenceFile, bytes]], list[EvidenceFile]]:
    """Configuration files, whole, and the rest, of which nothing is kept in memory."""
    configurations: list[tuple[EvidenceFile, bytes]] = []
    logs: list[EvidenceFile] = []
    for file in found:
        content = _configuration(file)
        if content is None:
            logs.append(file)
        else:
            configurations.append((file, content))
    return configurations, logs


def _configuration(file: EvidenceFile) -> bytes | None:
    """The bytes of a balancer's configuration; None for other files."""
    if file.path is None:
        return None
    try:
        if file.path.stat().st_size > _LARGEST_CONFIGURATION:
            return None
        # The readers of all products are many modules, and large logs are common without any.
        from logsleuth.evidence.configuration.read import looks_like

        head = next(files.blocks(file.path, 64 << 10), b"")
        if not looks_like(file.name, head):
            return None
        return next(files.blocks(file.path, _LARGEST_CONFIGURATION), b"")
    except (OSError, files.Damaged):
        return None


def configure(
    connection: duckdb.DuckDBPyConnection,
    found: Sequence[tuple[EvidenceFile, bytes]],
    logs: Sequence[EvidenceFile],
) -> tuple[list[Hint], set[str]]:
    """Store what the configurations intend; formats they tell, and other files they include."""
    if not found:
        return [], set()
    from logsleuth.evidence.configuration.haproxy_logs import PREDEFINED
    from logsleuth.evidence.configuration.together import read_together

    others = {file.name: file for file in logs}
    told = read_together(
        [(file.name, data) for file, data in found],
        others,
        lambda name: _whole(others[name]) if name in others else None,
    )
    hints = [
        Hint(_LOGGED[configuration.product], each.text)
        for configuration in told.configurations.values()
        if configuration.product in _LOGGED
        for each in configuration.log_formats
        if each.text not in PREDEFINED
    ]
    contents = {file.name: data for file, data in found}
    taken = {name for name in told.included if name in others}
    for name in sorted({*contents, *taken}):
        configuration = told.configurations.get(name)
        data = contents[name] if name in contents else _whole(others[name]) or b""
        if not _listed(connection, name):
            if configuration is not None:
                intent.store(connection, name, configuration)
            product = configuration.product if configuration is not None else "nginx"
            record(connection, name, f"{product}-configuration", iter((data,)))
    return hints, taken


def _listed(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    row = connection.execute("select 1 from sources where path = $path", {"path": name}).fetchone()
    return row is not None


def _whole(file: EvidenceFile) -> bytes | None:
    """The bytes of a file that is no larger than a configuration; None of others."""
    if file.path is None:
        return None
    try:
        if file.path.stat().st_size > _LARGEST_INCLUDED:
            return None
        return next(files.blocks(file.path, _LARGEST_INCLUDED), b"")
    except (OSError, files.Damaged):
        return None


def record(
    connection: duckdb.DuckDBPyConnection, name: str, kind: str, blocks: Iterator[bytes]
) -> None:
    """List a configuration file; its lines are settings, not records."""
    sha256, size = _digest(blocks)
    account = Account(format=kind, role="configuration", sha256=sha256, bytes=size)
    finish.insert_source(connection, next_id(connection), name, account, None)


def next_id(connection: duckdb.DuckDBPyConnection) -> int:
    """Return a number that no source has yet."""
    row = connection.execute("select coalesce(max(source_id), 0) + 1 from sources").fetchone()
    return int(row[0]) if row else 1


def _digest(blocks: Iterator[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for block in blocks:
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size
