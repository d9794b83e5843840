"""Names nginx's variables from the keys and values of a log: what is an upstream, what a status."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_ADDRESS: Final = r"(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]+)"
_PEER: Final = r"(?:(?:[\w.\-]+|\[[0-9a-fA-F:]+\]):\d{1,5}|unix:[^\s,]+)"
_LIST: Final = r"{0}(?:(?:, | : )(?:{0}|-))*"
# What parts the attempts of a request in nginx's lists.
_SEPARATED: Final = r"\S(?:, | : )\S"
_NUMBERS: Final = _LIST.format(r"\d+(?:\.\d+)?")

# What the values of a variable look like; an absent value (`-`, empty) fits them all.
_SHAPES: Final[Mapping[str, str]] = {
    "time_local": r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}",
    "time_iso8601": r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*",
    "msec": r"\d{10}\.\d{1,6}",
    "request": r"[A-Z]{3,10} \S+ HTTP/\d(?:\.\d)?",
    "request_method": r"[A-Z]{3,10}",
    "request_uri": r"/\S*",
    "server_protocol": r"HTTP/\d(?:\.\d)?",
    "status": r"[1-5]\d\d",
    "upstream_status": _LIST.format(r"[1-5]\d\d"),
    "upstream_addr": _LIST.format(_PEER),
    # Apache's BALANCER_WORKER_NAME; what refers to a page has a path.
    "upstream_url": rf"(?:https?|ajp|h2c?|wss?|s?cgi|fcgi|uwsgi)://{_PEER}",
    "request_us": r"\d+",
    "remote_addr": _ADDRESS,
    "http_x_forwarded_for": rf"{_ADDRESS}(?:, ?{_ADDRESS})*",
    "http_referer": r"https?://\S*",
    "http_user_agent": r".*[A-Za-z].*",
    "request_id": r"[0-9a-fA-F]{16,32}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    "body_bytes_sent": r"\d+",
    "request_length": r"\d+",
    "request_time": r"\d+(?:\.\d{1,6})?",
    "upstream_connect_time": _LIST.format(r"\d+(?:\.\d{1,6})?"),
    "upstream_header_time": _LIST.format(r"\d+(?:\.\d{1,6})?"),
    "upstream_response_time": _LIST.format(r"\d+(?:\.\d{1,6})?"),
    "seconds": _LIST.format(r"\d+\.\d{3}"),
    "proxy_upstream_name": r"[A-Za-z][\w.\-]*",
    "host": r"[A-Za-z0-9][\w.\-]*(?::\d+)?",
}

# Keys that people give to the variables, beside the variables' own names.
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "remote_addr": (
        "client", "client_addr", "remote_address", "client_ip", "clientip", "ip", "remote_ip",
        "remote", "addr", "src",
    ),
    "time_local": ("time", "ts", "timestamp", "t", "@timestamp", "date", "local_time"),
    "time_iso8601": ("time", "ts", "timestamp", "t", "@timestamp", "date", "iso_time"),
    "msec": ("time", "ts", "timestamp", "t", "epoch", "time_msec"),
    "request": ("req", "request_line"),
    "request_method": ("method", "verb", "m"),
    "request_uri": ("uri", "url", "path", "u", "request_path"),
    "server_protocol": ("protocol", "proto"),
    "status": (
        "code", "response_status", "http_status", "st", "status_code", "response", "s",
        "response_code",
    ),
    "upstream_status": ("status", "us", "ust", "ups_status", "upstream_code", "upstat"),
    "upstream_addr": (
        "ua", "upstream_address", "upstream_host", "backend_addr", "upstream", "ups", "backend",
        "up", "server", "uaddr", "ups_addr",
    ),
    "http_user_agent": ("ua", "agent", "user_agent", "useragent"),
    "http_referer": ("referer", "referrer", "ref"),
    "http_x_forwarded_for": ("xff", "x_forwarded_for", "forwarded_for"),
    "request_id": ("rid", "req_id", "reqid", "id", "x_request_id", "trace", "correlation_id"),
    "body_bytes_sent": (
        "bytes", "response_bytes", "response_size", "size", "b", "bytes_sent", "body_bytes",
        "length",
    ),
    "request_length": ("reqlen", "rlen", "bytes_in"),
    "request_time": (
        "rt", "seconds", "request_seconds", "request_duration", "duration", "req_time",
        "time_taken", "total", "latency", "elapsed",
    ),
    "upstream_connect_time": ("uct", "ct", "connect", "uconn", "connect_time"),
    "upstream_header_time": ("uht", "ht", "header", "uhead", "header_time"),
    "upstream_response_time": ("urt", "ut", "upstream_time", "uresp", "response_time", "upt"),
    "proxy_upstream_name": ("pool", "upstream_name", "backend", "upstream", "service", "proxy"),
    "host": ("host", "vhost", "server_name", "http_host", "domain"),
    "remote_user": ("user",),
}  # fmt: skip
_FLOATS: Final = (
    "request_time", "upstream_connect_time", "upstream_header_time", "upstream_response_time",
)  # fmt: skip
_FLOAT_ORDERS: Final[Mapping[int, tuple[str, ...]]] = {
    1: ("request_time",),
    2: ("request_time", "upstream_response_time"),
    3: ("request_time", "upstream_connect_time", "upstream_response_time"),
    4: _FLOATS,
}
# Ten milliseconds; requests whose headers and body have as many bytes are few.
_MICROSECONDS: Final = 10_000
# Each time is rounded by itself; some lines are cut off.
_ROUNDING_S: Final = 0.002
_NEARLY: Final = 0.95
# In an outage most requests find no server, and the upstream's name stands in its place.
_ADDRESSES: Final = 0.3
_ABSENT: Final = frozenset({"", "-"})
# How many of the values must look like a variable's; scanners send what is no request.
_QUORUMS: Final[Mapping[str, float]] = {"request": 0.5}


# Where no server of an upstream is live, nginx writes the upstream's name in place of an address; a
# key that says what it is is believed then.
_NAMED_PEER: Final = rf"(?:{_PEER}|[A-Za-z][\w.\-]*)"
_BY_OWN_KEY: Final[Mapping[str, str]] = {"upstream_addr": _LIST.format(_NAMED_PEER)}


def fits(variable: str, values: Sequence[str]) -> bool:
    """Whether nearly all present values look like those of a variable, and there are some."""
    return _fits(_SHAPES.get(variable, r".*"), values, _QUORUMS.get(variable, 0.9))


def _fits(shape: str, values: Sequence[str], quorum: float = 0.9) -> bool:
    present = [value for value in values if value not in _ABSENT]
    good = sum(re.fullmatch(shape, value) is not None for value in present)
    return bool(present) and good >= quorum * len(present)


def by_key(key: str, values: Sequence[str], taken: set[str]) -> str | None:
    """Name a keyed value, by its key where the values agree with it."""
    lowered = key.lower().removeprefix("$")
    own = [lowered] if lowered in _SHAPES or lowered in _KEYS else []
    listed = [variable for variable, keys in _KEYS.items() if lowered in keys]
    for variable in own + listed:
        if variable in taken:
            continue
        if fits(variable, values) or _all_absent(values):
            return variable
        if variable in own and variable in _BY_OWN_KEY and _fits(_BY_OWN_KEY[variable], values):
            return variable
    return None


def _all_absent(values: Sequence[str]) -> bool:
    return all(value in _ABSENT for value in values)


def name_columns(keys: Sequence[str], columns: Sequence[Sequence[str]]) -> tuple[str, ...] | None:
    """Name every column of a log; unknown ones are called `unnamed_N`.

    `keys` holds the key before each column, empty where there is none. Returns None where the
    columns can't be those of an access log: it has a time, a status and a request or path.
    """
    names = _status_of_request(keys, columns)
    for index, key in enumerate(keys):
        found = by_key(key, columns[index], set(names.values())) if key else None
        if found:
            names[index] = found
    _by_value(keys, columns, names)
    _whatever_the_key(keys, columns, names)
    _floats(keys, columns, names)
    _within(keys, columns, names)
    if not _is_access(set(names.values())):
        return None
    return tuple(names.get(i) or _unnamed(i, columns, names) for i in range(len(columns)))


def _unnamed(index: int, columns: Sequence[Sequence[str]], names: Mapping[int, str]) -> str:
    """A name for what isn't known; what may be a list of one value for each attempt says so.

    Numbers behind the servers' addresses are such, though no sampled request was tried again.
    """
    servers = _index(names, "upstream_addr")
    many = any(re.search(_SEPARATED, value) for value in columns[index])
    behind = servers is not None and index > servers and _fits(_NUMBERS, columns[index])
    return f"upstream_unnamed_{index}" if many or behind else f"unnamed_{index}"


def _status_of_request(keys: Sequence[str], columns: Sequence[Sequence[str]]) -> dict[int, str]:
    """The status right behind a request is the client's, whatever a key further on says.

    A number behind that is the length of the answer, though it may look like another status.
    """
    pairs = ((i, i + 1) for i in range(len(columns) - 1) if not keys[i + 1])
    found = next(
        (b for a, b in pairs if fits("request", columns[a]) and fits("status", columns[b])), None
    )
    if found is None:
        return {}
    after = found + 1
    if after < len(columns) and not keys[after] and _is_length(columns[found], columns[after]):
        return {found: "status", after: "body_bytes_sent"}
    return {found: "status"}


def _is_length(statuses: Sequence[str], values: Sequence[str]) -> bool:
    same = sum(left == right for left, right in zip(statuses, values, strict=True))
    return fits("body_bytes_sent", values) and same <= len(values) / 2


def _is_access(names: set[str]) -> bool:
    timed = names & {"time_local", "time_iso8601", "msec"}
    return bool(timed and "status" in names and names & {"request", "request_uri"})


_ORDER: Final = (
    "time_local", "msec", "time_iso8601", "request", "upstream_addr", "upstream_url", "remote_addr",
    "status",
    "upstream_status", "request_id", "http_referer", "request_method", "request_uri",
    "server_protocol", "http_x_forwarded_for",
)  # fmt: skip


def _by_value(keys: Sequence[str], columns: Sequence[Sequence[str]], names: dict[int, str]) -> None:
    """Name the columns without a key by what stands in them, the most telling shapes first."""
    free = [i for i in range(len(columns)) if i not in names and not keys[i]]
    for variable in _ORDER:
        if variable in names.values():
            continue
        # What is in front is who asks; a virtual host with its port looks like an upstream there.
        begin = 1 if variable.startswith("upstream_") else 0
        index = next(
            (i for i in free if i >= begin and i not in names and fits(variable, columns[i])), None
        )
        if variable == "upstream_status":
            # Lengths of requests look like statuses; what the last server answered is repeated.
            echoes = (i for i in free if i not in names)
            index = next((i for i in echoes if _echoes_status(columns, names, columns[i])), None)
        if index is not None:
            names[index] = variable
    _by_place(columns, names, free)


def _whatever_the_key(
    keys: Sequence[str], columns: Sequence[Sequence[str]], names: dict[int, str]
) -> None:
    """Name columns behind keys that nobody else gives, where the values leave no doubt."""
    loose = [i for i in range(1, len(columns)) if keys[i] and i not in names]
    told: tuple[tuple[str, Callable[[Sequence[str]], bool]], ...] = (
        ("msec", lambda values: fits("msec", values)),
        ("upstream_addr", _is_upstream),
        ("upstream_status", lambda values: _echoes_status(columns, names, values)),
    )
    for variable, is_it in told:
        index = next((i for i in loose if i not in names and is_it(columns[i])), None)
        if index is not None and variable not in names.values():
            names[index] = variable


def _is_upstream(values: Sequence[str]) -> bool:
    """Addresses with ports, and names in their place where no server of an upstream was live."""
    return _fits(_SHAPES["upstream_addr"], values, _ADDRESSES) and _fits(
        _BY_OWN_KEY["upstream_addr"], values
    )


def _echoes_status(
    columns: Sequence[Sequence[str]], names: Mapping[int, str], values: Sequence[str]
) -> bool:
    """What the last server answered is mostly what the client got; a port is no status."""
    status = _index(names, "status")
    if status is None or not fits("upstream_status", values):
        return False
    told = [
        (left, right.split(" ")[-1])
        for left, right in zip(columns[status], values, strict=True)
        if right not in _ABSENT
    ]
    return sum(left == right for left, right in told) > len(told) / 2


def _within(keys: Sequence[str], columns: Sequence[Sequence[str]], names: dict[int, str]) -> None:
    """A time behind an unknown key that is never longer than the request's is the upstream's."""
    whole = _index(names, "request_time")
    if whole is None or "upstream_response_time" in names.values():
        return
    for i in range(1, len(columns)):
        if i in names or not keys[i] or not fits("seconds", columns[i]):
            continue
        pairs = zip(columns[i], columns[whole], strict=True)
        inside = [_sum(part) <= _sum(total) + _ROUNDING_S for part, total in pairs]
        if sum(inside) >= _NEARLY * len(inside):
            names[i] = "upstream_response_time"
            return


def _sum(text: str) -> float:
    """Seconds of all attempts together; 0 where there was none."""
    return sum(float(part) for part in re.findall(r"\d+\.\d+", text))


def _by_place(columns: Sequence[Sequence[str]], names: dict[int, str], free: Sequence[int]) -> None:
    """Name what only its place tells: bytes after the status, the agent after the referer."""
    _in_front(columns, names, free)
    status = _index(names, "status")
    if status is not None and status + 1 in free and fits("body_bytes_sent", columns[status + 1]):
        names.setdefault(status + 1, "body_bytes_sent")
    start = _index(names, "body_bytes_sent") or status
    rest = [i for i in free if i not in names and start is not None and i > start]
    if rest and "http_referer" not in names.values() and _all_absent(columns[rest[0]]):
        names[rest.pop(0)] = "http_referer"
    if "http_user_agent" not in names.values():
        agent = next((i for i in rest if _is_agent(columns[i])), None)
        if agent is not None:
            names[agent] = "http_user_agent"
    if "proxy_upstream_name" not in names.values():
        pool = next((i for i in rest if i not in names and _is_pool(columns[i])), None)
        if pool is not None:
            names[pool] = "proxy_upstream_name"


def _in_front(columns: Sequence[Sequence[str]], names: dict[int, str], free: Sequence[int]) -> None:
    """The client comes first, though it be a name; its user stands right before the time."""
    time = _index(names, "time_local")
    if 0 in free and 0 not in names and "remote_addr" not in names.values():
        names[0] = "remote_addr"
    if 0 in free and 0 not in names and fits("host", columns[0]) and "host" not in names.values():
        names[0] = "host"
    if time is not None and time >= 2 and time - 1 in free and time - 1 not in names:
        names[time - 1] = "remote_user"


def _is_agent(values: Sequence[str]) -> bool:
    return any("/" in value or " " in value for value in values) and fits("http_user_agent", values)


def _is_pool(values: Sequence[str]) -> bool:
    return fits("proxy_upstream_name", values) and len(set(values)) <= 50


def _floats(keys: Sequence[str], columns: Sequence[Sequence[str]], names: dict[int, str]) -> None:
    """Name the durations that no key names, in the order that people write them."""
    taken = set(names.values())
    loose = [
        i for i in range(len(columns))
        if i not in names and not keys[i] and fits("seconds", columns[i])
    ]  # fmt: skip
    _microseconds(keys, columns, names)
    order = _FLOAT_ORDERS.get(len(loose) + len(taken & set(_FLOATS)), _FLOATS)
    names.update(zip(loose, (n for n in order if n not in taken), strict=False))


def _microseconds(
    keys: Sequence[str], columns: Sequence[Sequence[str]], names: dict[int, str]
) -> None:
    """Apache's %D: a whole number at the end whose median is no length of a request."""
    last = len(columns) - 1
    numbers = sorted(int(v) for v in columns[last] if v.isdigit() and len(v) < 12)
    if last in names or keys[last] or "request_time" in names.values():
        return
    if len(numbers) > 0.9 * len(columns[last]) and numbers[len(numbers) // 2] >= _MICROSECONDS:
        names[last] = "request_us"


def _index(names: Mapping[int, str], variable: str) -> int | None:
    return next((i for i, name in names.items() if name == variable), None)


def key_variables(keyed: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Name the values of keyed lines: from key to variable, where one can be told.

    Nested keys are tried with those above them first: `upstream.status` is no `status`.
    """
    found: dict[str, str] = {}
    for depth in (3, 2, 1):
        for key, values in keyed.items():
            parts = key.replace("\x1f", ".").split(".")
            if key in found or (depth > 1 and len(parts) < depth):
                continue
            variable = by_key("_".join(parts[-depth:]), values, set(found.values()))
            if variable:
                found[key] = variable
    return found
