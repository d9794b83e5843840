"""Lines in envelopes are read for what is inside: containers, journals, prefixes and shippers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.formats.engine import one, read

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.formats.engine import File

    Wrap = Callable[[str, int], str]

ACCESS = (
    '192.0.2.{0} - - [02/Mar/2026:10:00:{0:02}.000 +0000] "GET /i/{0} HTTP/1.1" 200 {0} "-" "c"'
)
ACCESS = ACCESS.replace(".000", "")
TRACE = [
    "2026-03-02 10:00:01,000 ERROR shop.http: boom", "Traceback (most recent call last):",
    '  File "/srv/a.py", line 7, in f', "ValueError: 1",
]  # fmt: skip
AT = "2026-03-02T10:00:{0:02}.123456789Z"


def docker(line: str, i: int) -> str:
    return json.dumps({"log": line + "\n", "stream": "stdout", "time": AT.format(i)})


def tagged(line: str, i: int) -> str:
    attrs = {"tag": "web-1"}
    fields = {"log": line + "\n", "stream": "stdout", "attrs": attrs, "time": AT.format(i)}
    return json.dumps(fields)


def cri(line: str, i: int) -> str:
    return f"{AT.format(i)} stdout F {line}"


def journal(line: str, i: int) -> dict[str, Any]:
    return {
        "__CURSOR": f"s=1;i={i}", "__REALTIME_TIMESTAMP": f"17724456{i:02}123456",
        "_HOSTNAME": "web1", "SYSLOG_IDENTIFIER": "shop", "_PID": "412", "PRIORITY": "3",
        "CONTAINER_NAME": "web-1", "MESSAGE": line,
    }  # fmt: skip


def journal_json(line: str, i: int) -> str:
    return json.dumps(journal(line, i))


def journal_bytes(line: str, i: int) -> str:
    return json.dumps({**journal(line, i), "MESSAGE": list(line.encode())})


def export(line: str, i: int) -> str:
    return "".join(f"{key}={value}\n" for key, value in journal(line, i).items())


def export_binary(line: str, i: int) -> str:
    fields = "".join(f"{k}={v}\n" for k, v in journal(line, i).items() if k != "MESSAGE")
    return f"{fields}MESSAGE\n{len(line.encode()).to_bytes(8, 'little').decode()}{line}\n"


def fluent(line: str, i: int) -> str:
    pod = {"pod_name": "web-1", "container_name": "shop", "host": "web1"}
    return json.dumps({"log": line, "stream": "stdout", "time": AT.format(i), "kubernetes": pod})


def loki(line: str, i: int) -> str:
    labels = {"pod": "web-1", "container": "shop"}
    return json.dumps({"labels": labels, "line": line, "timestamp": AT.format(i)})


def elastic(line: str, i: int) -> str:
    source = {"@timestamp": AT.format(i), "message": line, "host": {"name": "web1"},
              "container": {"name": "web-1"}}  # fmt: skip
    return json.dumps({"_index": "logs", "_id": str(i), "_source": source})


def filebeat(line: str, i: int) -> str:
    fields = {"@timestamp": AT.format(i), "message": line, "agent": {"type": "filebeat"},
              "container": {"name": "web-1"}}  # fmt: skip
    return json.dumps(fields)


WRAPS: dict[str, Wrap] = {
    "docker": docker,
    "docker with a tag": tagged,
    "cri": cri,
    "journal json": journal_json,
    "journal json bytes": journal_bytes,
    "journal export": export,
    "journal export binary": export_binary,
    "fluent": fluent,
    "loki": loki,
    "elastic": elastic,
    "filebeat": filebeat,
    "google": lambda line, i: json.dumps(
        {"textPayload": line, "timestamp": AT.format(i), "logName": "projects/p/logs/stdout",
         "resource": {"labels": {"pod_name": "web-1", "container_name": "shop"}}}
    ),
    "compose": lambda line, i: f"web-1  | {line}",
    "compose in colours": lambda line, i: f"\x1b[36mweb-1  | \x1b[0m{line}",
    "compose with times": lambda line, i: f"web-1  | {AT.format(i)} {line}",
    "kubectl": lambda line, i: f"[pod/web-1/shop] {line}",
    "kubectl with times": lambda line, i: f"[pod/web-1/shop] {AT.format(i)} {line}",
    "stern": lambda line, i: f"web-7d9f8b6c5-abcde shop {line}",
    "aws logs tail": lambda line, i: f"2026-03-02T10:00:{i:02}.123000+00:00 ecs/shop/9f3a {line}",
    "times": lambda line, i: f"{AT.format(i)} {line}",
    "logplex": lambda line, i: f"<190>1 2026-03-02T10:00:{i:02}+00:00 host app web.1 - {line}",
    "counted octets": lambda line, i: f"83 <134>1 {AT.format(i)} web1 shop 412 - - {line}",
    "byte order mark": lambda line, i: f"<134>1 {AT.format(i)} web1 shop 412 - - \ufeff{line}",
    "journal short-full": lambda line, i: f"Mon 2026-03-02 10:00:{i:02} UTC web1 shop[4]: {line}",
    "journal short-unix": lambda line, i: f"17724456{i:02}.123456 web1 shop[412]: {line}",
    "docker in syslog": lambda line, i: f"Mar  2 10:00:{i:02} web1 docker[3]: {docker(line, i)}",
    "syslog in docker": lambda line, i: docker(f"<134>Mar  2 10:00:{i:02} web1 shop[3]: {line}", i),
    "three deep": lambda line, i: elastic(f"web-1  | {docker(line, i)}", i),
}  # fmt: skip
INSTANCE = {"docker with a tag", "journal json", "journal export", "fluent", "loki", "elastic",
            "filebeat", "google", "compose", "compose in colours", "kubectl",
            "three deep"}  # fmt: skip


def wrapped(wrap: Wrap, lines: Sequence[str]) -> str:
    return "".join(wrap(line, i) + "\n" for i, line in enumerate(lines, 1))


def all_wrapped(folder: Path, lines: Sequence[str]) -> dict[str, File]:
    """Read the lines in every envelope, each a file of one case."""
    texts = {f"{i}.log": wrapped(wrap, lines) for i, wrap in enumerate(WRAPS.values())}
    files = read(folder, texts)
    return {name: files[f"{i}.log"] for i, name in enumerate(WRAPS)}


@pytest.fixture(scope="module")
def accesses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, File]:
    lines = [ACCESS.format(i) for i in range(1, 9)]
    return all_wrapped(tmp_path_factory.mktemp("accesses"), lines)


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory) -> dict[str, File]:
    return all_wrapped(tmp_path_factory.mktemp("traces"), TRACE * 5)


@pytest.mark.parametrize("name", WRAPS)
def test_the_format_inside_is_seen(accesses: dict[str, File], name: str) -> None:
    file = accesses[name]
    assert (file.format, file.role, file.events, file.rejected) == (
        "nginx-access",
        "balancer",
        8,
        0,
    )
    record = file.records[4]
    assert record["ts"].isoformat() == "2026-03-02T10:00:05"
    assert (record["client"], record["path"], record["bytes"]) == ("192.0.2.5", "/i/5", 5)
    if name in INSTANCE:
        assert record["instance"] == "web-1"


@pytest.mark.parametrize("name", WRAPS)
def test_stack_traces_are_put_together(traces: dict[str, File], name: str) -> None:
    file = traces[name]
    assert (file.format, file.events, file.rejected) == ("python-logging", 5, 0)
    assert file.records[0]["message"] == "\n".join(["boom", *TRACE[1:]])


@pytest.mark.parametrize("name", ["docker", "cri"])
def test_parts_of_a_line_are_joined(tmp_path: Path, name: str) -> None:
    long = json.dumps({"time": "2026-03-02T10:00:01Z", "level": "error", "msg": "x" * 40_000})
    if name == "docker":
        parts = [long[i : i + 16384] for i in range(0, len(long), 16384)]
        parts[-1] += "\n"
        cut = [json.dumps({"log": p, "stream": "stderr", "time": AT.format(1)}) for p in parts]
    else:
        parts = [long[i : i + 16384] for i in range(0, len(long), 16384)]
        flags = ["P"] * (len(parts) - 1) + ["F"]
        cut = [f"{AT.format(1)} stderr {f} {p}" for f, p in zip(flags, parts, strict=True)]
    file = one(tmp_path, "".join(f"{line}\n" for line in cut * 4))
    assert (file.format, file.events, file.continuation) == ("json-lines", 4, 4 * (len(cut) - 1))
    assert [len(record["message"]) for record in file.records] == [40_000] * 4


def test_what_no_format_reads_has_the_time_and_words_of_its_envelope(tmp_path: Path) -> None:
    lines = [docker("root@e7d0: ls\r", 1), docker("", 2), docker("\x1b[0mnothing to see", 3)]
    file = one(tmp_path, "\n".join(lines))
    assert (file.format, file.events, file.continuation) == ("docker-json", 2, 1)
    assert [r["message"] for r in file.records] == ["root@e7d0: ls", "\x1b[0mnothing to see"]
    assert file.records[0]["ts"].isoformat() == "2026-03-02T10:00:01.123456"


def test_lines_without_the_envelope_are_rejected_and_the_rest_is_read(tmp_path: Path) -> None:
    text = wrapped(docker, [ACCESS.format(i) for i in range(1, 9)])
    file = one(tmp_path, "Attaching to web-1\n" + text + '{"log":"192.0.2.9 - - [02/M')
    assert (file.format, file.events, file.rejected) == ("nginx-access", 8, 2)


def test_containers_in_one_file_do_not_run_into_each_other(tmp_path: Path) -> None:
    pairs = [(i, line) for line in TRACE for i in (1, 2)]
    file = one(tmp_path, "".join(f"app-{i}  | {line}\n" for i, line in pairs[:2] * 4))
    assert (file.events, {r["instance"] for r in file.records}) == (8, {"app-1", "app-2"})


def test_the_journal_tells_how_bad_it_is(tmp_path: Path) -> None:
    file = one(tmp_path, wrapped(journal_json, ["Out of memory: Killed process 4711"] * 3))
    assert file.format == "journald-json"
    record = file.records[0]
    assert (record["level"], record["logger"], record["pid"]) == ("error", "shop", 412)
    assert (record["host"], record["instance"]) == ("web1", "web-1")


def test_characters_that_text_can_not_hold_are_replaced(tmp_path: Path) -> None:
    lines = [docker("nul \0 half \ud800 end", 1)] * 3
    file = one(tmp_path, "\n".join(lines))
    assert [r["message"] for r in file.records] == ["nul ? half ? end"] * 3


def test_messages_of_an_application_stay_closed(tmp_path: Path) -> None:
    fields = {"time": "2026-03-02T10:00:01Z", "level": "info", "message": "user=1 action=buy n=2"}
    file = one(tmp_path, (json.dumps(fields) + "\n") * 5)
    assert (file.format, file.records[0]["message"]) == ("json-lines", "user=1 action=buy n=2")


def test_bytes_of_a_journal_field_are_no_lines(tmp_path: Path) -> None:
    noise = b"\x00\x01\xff\nx"
    field = b"COREDUMP\n" + len(noise).to_bytes(8, "little") + noise + b"\n"
    whole = export("it crashed", 1).encode()
    head, _, tail = whole.partition(b"MESSAGE=")
    data = (head + field + b"MESSAGE=" + tail + b"\n") * 4
    file = one(tmp_path, data)
    assert (file.format, file.events, file.rejected) == ("journald-export", 4, 0)
    assert file.records[3]["message"] == "it crashed"


def test_a_priority_alone_is_taken_off(tmp_path: Path) -> None:
    file = one(tmp_path, "".join(f"<134>{ACCESS.format(i)}\n" for i in range(1, 4)))
    assert (file.format, file.events, file.rejected) == ("nginx-access", 3, 0)
    assert [record["client"] for record in file.records] == [f"192.0.2.{i}" for i in range(1, 4)]


@pytest.mark.parametrize("text", [ACCESS.format(1), "2026-03-02 10:00:01 UTC [7] LOG:  started"])
def test_one_line_in_json_is_not_read_past_its_envelope(tmp_path: Path, text: str) -> None:
    bare = one(tmp_path, text + "\n")
    (tmp_path / "in").mkdir()
    packed = one(tmp_path / "in", docker(text, 1) + "\n")
    assert packed.format == bare.format
    for column in ("ts", "client", "message", "pid", "user_agent"):
        assert packed.records[0][column] == bare.records[0][column]


def test_a_list_of_objects_on_several_lines_is_read(tmp_path: Path) -> None:
    objects = [
        {"ts": f"2026-03-02T10:00:0{i}Z", "msg": "x", "level": "info", "in": [{"a": 1}]}
        for i in range(3)
    ]
    file = one(tmp_path, json.dumps(objects, indent=2) + "\n")
    assert (file.format, file.events, file.rejected) == ("json-lines", 3, 1)
    assert [record["message"] for record in file.records] == ["x"] * 3
