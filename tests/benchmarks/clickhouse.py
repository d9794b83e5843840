"""Reads the log of `nginx.py` into a MergeTree of ClickHouse in this process."""

from __future__ import annotations

import importlib
import sys
import tempfile
from typing import Final

_COLUMNS: Final = (
    "client String, ts String, method String, path String, status UInt16, bytes UInt64, ref String,"
    " agent String, server String, answered String, took Float64, passed String, id String"
)
_PATTERN: Final = (
    r'^(\\S+) \\S+ \\S+ \\[([^\\]]+)\\] "(\\S+) (\\S+) [^"]*" (\\d+) (\\d+) "([^"]*)" "([^"]*)"'
    r' "([^"]*)" ([\\d, ]+) ([\\d.]+) ([\\d., ]+) (\\S+)$'
)


def main(log: str) -> None:
    session = importlib.import_module("chdb.session")
    with tempfile.TemporaryDirectory() as folder:
        database = session.Session(folder)
        database.query("create database x")
        database.query(
            "create table x.e (t DateTime64(6, 'UTC'), client String,"
            " method LowCardinality(String), path String, status UInt16, bytes UInt64,"
            " ref LowCardinality(String), agent LowCardinality(String), servers Array(String),"
            " answered String, took Float64, passed String, id String)"
            " engine = MergeTree order by t"
        )
        database.query(
            "insert into x.e select parseDateTime(ts, '%d/%b/%Y:%H:%i:%s %z'), client, method,"
            " path, status, bytes, ref, agent, splitByString(', ', server), answered, took, passed,"
            f" id from file('{log}', 'Regexp', '{_COLUMNS}') settings"
            f" format_regexp='{_PATTERN}', format_regexp_skip_unmatched=1,"
            " format_regexp_escaping_rule='Raw', max_threads=2"
        )


if __name__ == "__main__":
    main(sys.argv[1])
