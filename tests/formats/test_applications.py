"""What the libraries of applications write unless told otherwise, beyond the samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from logsleuth.errors import EvidenceError
from tests.formats.engine import differences, one, read

if TYPE_CHECKING:
    from pathlib import Path

    from tests.formats.engine import File

# name: the text of a file, its format, and what is expected of its only record.
LAYOUTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "werkzeug": (
        '192.0.2.7 - - [02/Mar/2026 10:15:01] "GET /cart?id=7 HTTP/1.1" 500 -',
        "plain",
        {"client": "192.0.2.7", "path": "/cart", "status": 500, "bytes": None},
    ),
    "gunicorn's error log": (
        "[2026-03-02 10:15:01 +0100] [7] [ERROR] Exception in worker process\n"
        "Traceback (most recent call last):\n"
        '  File "/srv/a.py", line 7, in get\n'
        "KeyError: 1",
        "text",
        {"ts": "2026-03-02T09:15:01", "pid": 7, "level": "error"},
    ),
    "hclog": (
        "2026-03-02T10:15:01.123+0100 [WARN]  agent.server: raft: heartbeat timeout: leader=",
        "python-logging",
        {"ts": "2026-03-02T09:15:01.123", "level": "warning"},
    ),
    "slog": (
        "time=2026-03-02T10:15:01.123+01:00 level=ERROR msg=failed err=refused status=503",
        "logfmt",
        {"level": "error", "message": "failed", "status": 503, "detail": "refused"},
    ),
    "logrus": (
        'time="2026-03-02T10:15:01Z" level=warning msg="pool is \\"empty\\"" size=5',
        "logfmt",
        {"level": "warning", "message": 'pool is "empty"'},
    ),
    "zap in production": (
        '{"level":"error","ts":1772446501.25,"logger":"shop","caller":"a/b.go:7","msg":"failed",'
        '"error":"refused","stacktrace":"main.main\\n\\t/a/b.go:7"}',
        "json-lines",
        {"ts": "2026-03-02T10:15:01.25", "logger": "shop", "message": "failed"},
    ),
    "zerolog": (
        '{"level":"warn","time":1772446501,"message":"slow","duration":12.5,"status":200}',
        "json-lines",
        {"ts": "2026-03-02T10:15:01", "level": "warning", "duration_s": 0.0125},
    ),
    "structlog": (
        '{"event":"failed","level":"error","logger":"shop","timestamp":"2026-03-02T10:15:01Z",'
        '"exception":"Traceback (most recent call last):\\nKeyError: 1"}',
        "json-lines",
        {"message": "failed", "detail": "Traceback (most recent call last):\nKeyError: 1"},
    ),
    "winston's text": (
        "2026-03-02T10:15:01.123Z error: checkout failed\nError: refused\n    at pay (/srv/a.js:7)",
        "text",
        {"level": "error", "message": "checkout failed\nError: refused\n    at pay (/srv/a.js:7)"},
    ),
    "nanoseconds since 1970": (
        '{"time":1772446501250000000,"level":30,"msg":"a"}',
        "json-lines",
        {"ts": "2026-03-02T10:15:01.25", "level": "info"},
    ),
    "Cassandra's thread with brackets": (
        "ERROR [Messaging-Event-[1]] 2026-03-02 10:15:01,856 Gossiper.java:1 - lost /192.0.2.7",
        "cassandra",
        {"level": "error", "logger": "Gossiper.java", "message": "lost /192.0.2.7"},
    ),
    "Python's chained tracebacks": (
        "2026-03-02 10:15:01,001 ERROR shop.http: boom\n"
        "Traceback (most recent call last):\nKeyError: 1\n\n"
        "During handling of the above exception, another exception occurred:\n\n"
        "Traceback (most recent call last):\nValueError: 2",
        "python-logging",
        {"logger": "shop.http", "level": "error"},
    ),
    "Kafka with a trace": (
        "[2026-03-02 10:15:01,377] ERROR Failed to read (kafka.server.Log)\n"
        "java.io.IOException: refused\n\tat kafka.Log.read(Log.scala:7)",
        "java",
        {"message": "Failed to read", "detail": "java.io.IOException: refused\n"
         "\tat kafka.Log.read(Log.scala:7)"},
    ),
    "a Go panic alone": (
        "panic: runtime error: index out of range [7]\n\ngoroutine 1 [running]:\nmain.main()\n"
        "\t/srv/main.go:7 +0x1d\nexit status 2",
        "plain",
        {"level": "error"},
    ),
    "an exception of Java alone": (
        'Exception in thread "main" java.lang.IllegalStateException: no pool\n'
        "\tat org.example.Main.main(Main.java:7)\nCaused by: java.net.ConnectException: refused",
        "plain",
        {"level": "error"},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, File]:
    texts = {f"{i}.log": text + "\n" for i, (text, _, _) in enumerate(LAYOUTS.values())}
    return read(tmp_path_factory.mktemp("layouts"), texts)


@pytest.mark.parametrize("name", LAYOUTS)
def test_layout_is_read(name: str, files: dict[str, File]) -> None:
    _, kind, expect = LAYOUTS[name]
    file = files[f"{list(LAYOUTS).index(name)}.log"]
    assert (file.format, file.rejected) == (kind, 0)
    assert differences(expect, file.records[0]) == []


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_trace_belongs_to_its_record(name: str, files: dict[str, File]) -> None:
    file = files[f"{list(LAYOUTS).index(name)}.log"]
    # A goroutine's stack is a trace of its own where a blank line parts it from the panic.
    assert file.events == (2 if name == "a Go panic alone" else 1)


@pytest.mark.parametrize(
    "text",
    [
        "# The shop\n\nHow to install it:\n\n    make install\n",
        "alpha\nbeta\ngamma\n",
        "name,price\napple,1\npear,2\n",
        "\x7fELF\x02\x01\x01\x00\x00\x00 2026-03-02 10:15:01 ERROR",
    ],
)
def test_what_is_no_log_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(EvidenceError, match="no line of 1 files"):
        one(tmp_path, text)


def test_any_text_gives_way_to_a_format(tmp_path: Path) -> None:
    line = '192.0.2.7 - - [02/Mar/2026:10:15:01 +0000] "GET / HTTP/1.1" 200 12 "-" "curl"\n'
    cut = 'error: cut off at 2026-03-02 10:15:01 "GET\n'
    file = one(tmp_path, (line * 6 + cut) * 3)
    assert (file.format, file.events, file.rejected) == ("nginx-access", 18, 3)
