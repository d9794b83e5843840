"""What collectors put around the lines of programs: containers, journals, prefixes, shippers."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from logsleuth.formats.headers import HEADERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Header(NamedTuple):
    """What an envelope says of its line; empty where it says nothing."""

    at: str = ""
    host: str = ""
    program: str = ""
    pid: str = ""
    instance: str = ""
    stream: str = ""
    level: str = ""


class Opened(NamedTuple):
    """The line inside of an envelope; `partial` where the next envelope goes on with it."""

    inner: str
    header: Header
    partial: bool = False


Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Envelope:
    """One way to wrap a line.

    A `pattern` stands before the line, with groups named as the parts of a header, and `partial`.
    `json` has it under one of the keys `inner` and the header's parts under others; all of `wants`
    must be there; one that is `unended`, without a line end, goes on in the next. A `sure` one is
    opened whatever is inside; others only for a known format.
    """

    name: str
    kind: Literal["pattern", "json", "export", "colours"]
    sure: bool = False
    pattern: str = ""
    never: str = ""
    """What a line begins with that isn't in this envelope though the pattern matches."""
    inner: tuple[Path, ...] = ()
    wants: tuple[Path, ...] = ()
    parts: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    unended: bool = False


def _paths(**parts: str) -> dict[str, tuple[Path, ...]]:
    return {part: _keys(text) for part, text in parts.items()}


def _keys(text: str) -> tuple[Path, ...]:
    """`a/b c` is the key b in a, or else the key c."""
    return tuple(tuple(path.split("/")) for path in text.split())


_STAMP: Final = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"
COLOUR: Final = r"\x1b\[[0-9;]*[A-Za-z]"
_PODS: Final = "kubernetes/pod_name kubernetes/pod/name"
# The words that applications have in the place of a container's name.
_LEVEL: Final = r"^(?i:trace|debug|info|notice|warn|warning|error|fatal|critical) *\|"
_JOURNAL: Final = {
    "at": ("_SOURCE_REALTIME_TIMESTAMP", "__REALTIME_TIMESTAMP"),
    "host": ("_HOSTNAME",),
    "program": ("SYSLOG_IDENTIFIER", "_COMM"),
    "pid": ("_PID", "SYSLOG_PID"),
    "instance": ("CONTAINER_NAME",),
    "stream": (),
    "level": ("PRIORITY",),
    "partial": ("CONTAINER_PARTIAL_MESSAGE",),
}

ENVELOPES: Final = (
    # Kubernetes, "CRI logging": RFC 3339 with nanoseconds, stream, partial or full, content.
    Envelope(
        "kubernetes-cri", "pattern", True,
        rf"^(?P<at>{_STAMP}(?:\.\d{{1,9}})?(?:Z|[+-]\d\d:\d\d)) (?P<stream>stdout|stderr)"
        r" (?P<partial>[PF])(?::\S*)? ",
    ),
    Envelope("journald-export", "export", True),
    Envelope(
        "journald-json", "json", True, inner=_keys("MESSAGE"), wants=_keys("__REALTIME_TIMESTAMP"),
        parts={part: tuple((name,) for name in names) for part, names in _JOURNAL.items()},
    ),
    # Grafana's logcli with --output=jsonl.
    Envelope(
        "loki-json", "json", True, inner=_keys("line"), wants=_keys("labels timestamp"),
        parts=_paths(
            at="timestamp", host="labels/node_name labels/host labels/hostname",
            program="labels/container labels/app labels/job", instance="labels/pod labels/instance",
            stream="labels/stream",
        ),
    ),
    Envelope("elasticsearch-export", "json", True, inner=_keys("_source"), wants=_keys("_index")),
    # Fluent Bit and Fluentd with the fields of their Kubernetes and Docker filters.
    Envelope(
        "fluent-json", "json", True, inner=_keys("log"), wants=_keys("kubernetes"),
        parts=_paths(
            at="time @timestamp timestamp date", host="kubernetes/host", instance=_PODS,
            program="kubernetes/container_name", stream="stream",
        ),
    ),
    Envelope(
        "fluent-json", "json", True, inner=_keys("log"), wants=_keys("container_name"),
        parts=_paths(
            at="time @timestamp timestamp date", instance="container_name", stream="source",
            partial="partial_message",
        ),
    ),
    # Docker, "JSON File logging driver": a line without its end goes on in the next object.
    Envelope(
        "docker-json", "json", True, inner=_keys("log"), wants=_keys("stream time"),
        parts=_paths(at="time", stream="stream", instance="attrs/tag"), unended=True,
    ),
    Envelope(
        "gcp-json", "json", inner=_keys("textPayload"),
        wants=_keys("logName resource/labels/container_name"),
        parts=_paths(
            at="timestamp receiveTimestamp", level="severity",
            host="resource/labels/node_name resource/labels/instance_id",
            instance="resource/labels/pod_name",
            program="resource/labels/container_name",
        ),
    ),
    # Logstash, Filebeat, Vector and CloudWatch's subscriptions: any line may be the message.
    Envelope(
        "message-json", "json", inner=_keys("message event/original log"),
        parts=_paths(
            at="@timestamp timestamp time date",
            host="host/name host/hostname kubernetes/pod_node_name kubernetes/node/name host",
            instance=f"{_PODS} container/name container_name logStream",
            program="kubernetes/container_name kubernetes/container/name container_name",
            stream="stream",
        ),
    ),
    Envelope("kubectl-prefix", "pattern", pattern=(
        r"^\[pod/(?P<instance>[\w.-]+)/(?P<program>[\w.-]+)\] ?"
    )),
    Envelope("compose-prefix", "pattern", pattern=(
        r"^(?P<instance>[A-Za-z0-9][\w.-]*) *\|(?: |$)"
    ), never=_LEVEL),
    # stern: a pod of a deployment or of a stateful set, and its container.
    Envelope("stern-prefix", "pattern", pattern=(
        r"^(?P<instance>[a-z][a-z0-9.-]*-(?:[a-z0-9]{5}|\d{1,4})) (?P<program>[a-z][a-z0-9-]*) "
    )),
    # `aws logs tail`: the stream of ECS, EKS or Lambda has slashes.
    Envelope("aws-tail-prefix", "pattern", pattern=(
        rf"^(?P<at>{_STAMP}(?:\.\d{{1,6}})?\+00:00) (?P<instance>[\w.$\[\]-]+/\S+) "
    )),
    # `docker logs -t`, `kubectl logs --timestamps`.
    Envelope("stamp-prefix", "pattern", pattern=rf"^(?P<at>{_STAMP}\.\d{{6,9}}Z) "),
    *(Envelope(name, "pattern", pattern=header) for name, header in HEADERS.items()),
    # A daemon's priority and nothing else: HAProxy's `format short`, programs below systemd.
    Envelope("priority-prefix", "pattern", pattern=r"^<\d{1,3}>"),
    Envelope("colours", "colours"),
)  # fmt: skip


def opener(envelope: Envelope) -> Any:
    """Return the function that opens one text; it gives None where the text isn't so wrapped."""
    if envelope.kind == "colours":
        return _uncoloured
    if envelope.kind == "json":
        return lambda text: _from_json(envelope, text)
    if envelope.kind == "export":
        return _from_export
    return _from_pattern(envelope)


def _uncoloured(text: str) -> Opened | None:
    return Opened(re.sub(COLOUR, "", text), Header()) if "\x1b" in text else None


def _from_pattern(envelope: Envelope) -> Any:
    # Letters and spaces are those of ASCII, as they are for the engine that opens many at once.
    pattern = re.compile(envelope.pattern, re.ASCII)
    never = re.compile(envelope.never, re.ASCII) if envelope.never else None
    groups = [part for part in Header._fields if part in pattern.groupindex]
    parts = "partial" in pattern.groupindex

    def opened(text: str) -> Opened | None:
        match = pattern.match(text)
        if match is None or (never is not None and never.match(text)):
            return None
        header = Header(**{part: match[part] or "" for part in groups})
        inner = text[match.end() :].removeprefix("\ufeff")
        return Opened(inner, header, parts and match["partial"] == "P")

    return opened


def _from_json(envelope: Envelope, text: str) -> Opened | None:
    if not text.startswith("{"):
        return None
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not all(_at(record, path) is not None for path in envelope.wants):
        return None
    inner = _inner(record, envelope)
    if inner is None:
        return None
    parts = {part: _first(record, paths) for part, paths in envelope.parts.items()}
    partial = parts.pop("partial", "") == "true"
    if envelope.unended:
        partial = not inner.endswith("\n")
    return Opened(inner.rstrip("\r\n"), Header(**parts), partial)


def _inner(record: Any, envelope: Envelope) -> str | None:
    for path in envelope.inner:
        value = _at(record, path)
        if isinstance(value, str):
            return value
        if isinstance(value, dict) and path == ("_source",):
            return json.dumps(value, ensure_ascii=False)
        if isinstance(value, list) and all(isinstance(x, int) and 0 <= x < 256 for x in value):
            # journalctl writes what isn't UTF-8 as a list of its bytes.
            return bytes(value).decode("utf-8", "replace")
    return None


def _first(record: Any, paths: Sequence[Path]) -> str:
    for path in paths:
        value = _at(record, path)
        if isinstance(value, bool):
            return "true" if value else ""
        if isinstance(value, (str, int, float)):
            return str(value)
    return ""


def _at(record: Any, path: Path) -> Any:
    for key in path:
        record = record.get(key) if isinstance(record, dict) else None
    return record


# The journal's export format: https://systemd.io/JOURNAL_EXPORT_FORMATS/

ENTRY: Final = "__CURSOR="


_FIELD: Final = re.compile(r"\n(?=[A-Z_][A-Z0-9_]*=)")


def _behind(text: str, place: int, size: int) -> int:
    """Where the next field is; a size that leads to no line end is passed over."""
    end = place + 8 + size
    if text[end : end + 1] in {"\n", ""} and end <= len(text):
        return end + 1
    found = _FIELD.search(text, place - 1)
    return found.end() if found else len(text)


def _from_export(text: str) -> Opened | None:
    """Open an entry, given as Latin-1 so that each byte is a character."""
    fields: dict[str, str] = {}
    place = 0
    while place < len(text):
        end = text.find("\n", place)
        end = len(text) if end < 0 else end
        name, equals, value = text[place:end].rstrip("\r").partition("=")
        place = end + 1
        if not equals and name:
            # A field that isn't text: its size in 64 bits, little endian, then its bytes.
            size = int.from_bytes(text[place : place + 8].encode("latin-1"), "little")
            value = text[place + 8 : place + 8 + size]
            place = _behind(text, place, size)
        fields.setdefault(name, value)
    if "MESSAGE" not in fields or "__REALTIME_TIMESTAMP" not in fields:
        return None
    told = {
        name: value.encode("latin-1").decode("utf-8", "replace") for name, value in fields.items()
    }
    parts = {
        part: next((told[name] for name in names if name in told), "")
        for part, names in _JOURNAL.items()
    }
    partial = parts.pop("partial") == "true"
    return Opened(told["MESSAGE"].rstrip("\r\n"), Header(**parts), partial)
