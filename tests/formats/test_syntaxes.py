"""Format strings of four servers, compiled to what reads their lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from logsleuth.errors import FormatError
from logsleuth.formats import layout, spec, syntaxes
from logsleuth.formats.syntax_haproxy import labelled
from tests.formats.engine import differences, read

if TYPE_CHECKING:
    from pathlib import Path

HTTPLOG = (
    "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc"
    " %sq/%bq %hr %hs %{+Q}r"
)
PLAIN = (
    "192.0.2.7:51044 [02/Mar/2026:10:15:01.204] www~ shop/app2 0/3/1/40/44 200 1841 - - ----"
    " 12/11/4/2/+1 0/0 "
)
READ: dict[str, tuple[str, str, dict[str, Any]]] = {
    "haproxy without captures": (
        HTTPLOG, PLAIN + '"GET /cart?id=7 HTTP/1.1"',
        {"client": "192.0.2.7", "frontend": "www", "server": "app2", "duration_s": 0.044,
         "queue_s": 0.003, "retries": 1, "path": "/cart", "termination": "----"},
    ),
    "haproxy with captures": (
        HTTPLOG, PLAIN + '{shop.example.org|Mozilla/5.0 (X11; "Linux")} {} "GET /a HTTP/1.1"',
        {"host": "shop.example.org", "path": "/a", "status": 200},
    ),
    "haproxy of an operator": (
        "%T %ci %{+Q}[capture.req.hdr(0)] %HM %HU %ST %b %s %Tt %ts",
        '02/Mar/2026:10:15:01 +0100 2001:db8::9 "x.example.org" GET /a?b=1 503 shop app1 3001 sH',
        {"ts": "2026-03-02T09:15:01", "client": "2001:db8::9", "host": "x.example.org",
         "method": "GET", "path": "/a", "query": "b=1", "pool": "shop", "duration_s": 3.001,
         "termination": "sH"},
    ),
    "nginx between bars, in which words have spaces": (
        "$remote_addr|$time_local|$request|$status|$request_time|$upstream_addr|$http_user_agent",
        "192.0.2.1|02/Mar/2026:10:15:03 +0100|GET /a b HTTP/1.1|200|0.013"
        "|10.0.0.1:80, 10.0.0.2:80|Mozilla/5.0 (X11; Linux)",
        {"ts": "2026-03-02T09:15:03", "client": "192.0.2.1", "status": 200, "duration_s": 0.013,
         "server": "10.0.0.2:80", "user_agent": "Mozilla/5.0 (X11; Linux)"},
    ),
    "apache with seconds and their fraction": (
        '%{sec}t.%{msec_frac}t %a "%r" %>s %b', '1772446503.204 192.0.2.1 "GET /a HTTP/1.1" 200 5',
        {"ts": "2026-03-02T10:15:03.204", "client": "192.0.2.1", "path": "/a"},
    ),
    "haproxy in quotes, as it fills in nothing": (
        "%{+Q}o %ci %tr %b/%s %ST %Ta %tsc %r %hr %hs",
        '"192.0.2.7" 02/Mar/2026:10:15:01.204 "app"/"<NOSRV>" 503 7 SC-- "GET /a HTTP/1.1" ',
        {"client": "192.0.2.7", "termination": "SC--", "status": 503, "server": None},
    ),
    "apache with its worker": (
        '%h %l %u %t \\"%r\\" %>s %b \\"%{Referer}i\\" %{BALANCER_WORKER_NAME}e'
        " %{BALANCER_NAME}e %D",
        '192.0.2.1 - bob [02/Mar/2026:10:15:03 +0100] "GET /cart HTTP/1.1" 503 299 "-"'
        " http://203.0.113.5:8080 balancer://shop 1041204",
        {"ts": "2026-03-02T09:15:03", "user_name": "bob", "server": "203.0.113.5:8080",
         "pool": "shop", "duration_s": 1.041204, "status": 503},
    ),
    "apache with a time of several directives": (
        "[%{%d/%b/%Y:%T}t.%{msec_frac}t %{%z}t] %a %m %U%q %H %>s %{ms}T %{X-Request-Id}i",
        "[02/Mar/2026:10:15:03.123 +0100] 192.0.2.1 GET /cart?x=1 HTTP/1.1 200 17 abc-12345",
        {"ts": "2026-03-02T09:15:03.123", "path": "/cart", "query": "x=1", "duration_s": 0.017,
         "request_id": "abc-12345"},
    ),
    "varnish": (
        '%h %l %u %t "%r" %s %b %{Varnish:time_firstbyte}x %{Varnish:handling}x',
        '192.0.2.1 - - [02/Mar/2026:10:15:03 +0000] "GET http://www.example.org/a HTTP/1.1" 200 9'
        " 0.000412 hit",
        {"host": "www.example.org", "path": "/a", "header_s": 0.000412},
    ),
    "envoy": (
        '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%"'
        ' %RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_SENT% %DURATION% "%UPSTREAM_HOST%"'
        " %UPSTREAM_CLUSTER% %UPSTREAM_REQUEST_ATTEMPT_COUNT%\n",
        '[2026-03-02T10:15:01.204Z] "GET /cart HTTP/1.1" 503 UF 91 1002 "203.0.113.6:8080" shop 2',
        {"method": "GET", "path": "/cart", "status": 503, "termination": "UF", "bytes": 91,
         "server": "203.0.113.6:8080", "pool": "shop", "retries": 1},
    ),
    "envoy with a time of its own": (
        "%START_TIME(%Y/%m/%d %H:%M:%S)% %RESPONSE_CODE% %REQ(:METHOD)% %REQ(:PATH):80% %DURATION%",
        "2026/03/02 10:15:01 200 GET /a 12",
        {"ts": "2026-03-02T10:15:01", "status": 200, "duration_s": 0.012},
    ),
    "nginx": (
        "$msec|$status|$request_uri|$upstream_addr|$request_time",
        "1772446501.204|200|/a|203.0.113.6:8080|0.012",
        {"ts": "2026-03-02T10:15:01.204", "server": "203.0.113.6:8080", "duration_s": 0.012},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_a_told_format_string_reads_the_lines_of_its_server(name: str, tmp_path: Path) -> None:
    text, line, expected = READ[name]
    file = read(tmp_path, {"a.log": line + "\n"}, spec.load(None, [text]))["a.log"]
    assert (file.events, file.rejected) == (1, 0)
    assert differences(expected, file.records[0]) == []


JSON = {
    "haproxy": ('{"t":"%tr","st":%ST,"s":"%s","r":%{+Q}r}',
                {"t": "ts", "st": "status", "s": "server", "r": "request"}),
    "apache": (r'{ \"t\":\"%t\", \"q\":{\"m\":\"%m\",\"p\":\"%U%q\"}, \"us\":%D}',
               {"t": "time_local", "q\x1fm": "request_method", "q\x1fp": "url_path",
                "us": "microseconds"}),
    "envoy": ('{"a":"%START_TIME%","b":{"c":"%RESPONSE_CODE%"},'
              '"r":"%REQ(:METHOD)% %REQ(:PATH)% %PROTOCOL%"}',
              {"a": "start_time", "b\x1fc": "response_code", "r": "request"}),
    "nginx": ('{"t":"$time_iso8601","s":$status}', {"t": "time_iso8601", "s": "status"}),
}  # fmt: skip


@pytest.mark.parametrize("syntax", JSON)
def test_a_json_layout_names_its_keys(syntax: str) -> None:
    text, expected = JSON[syntax]
    assert syntaxes.recognise(text) == syntax
    assert syntaxes.json_variables(syntax, text) == expected


def test_json_that_haproxy_encodes_itself_is_named_by_its_labels() -> None:
    text = "%{+json}o %(client)ci %(when)tr %(code:sint)ST %(end)tsc"
    assert syntaxes.json_variables("haproxy", text) == labelled(text)
    assert labelled(text) == {
        "client": "client_ip", "when": "ts", "code": "status", "end": "termination",
    }  # fmt: skip


def test_a_told_json_layout_is_read(tmp_path: Path) -> None:
    text = '{"z":"%START_TIME%","c":"%RESPONSE_CODE%","u":{"h":"%UPSTREAM_HOST%"},"d":"%DURATION%"}'
    line = '{"z":"2026-03-02T10:15:01.204Z","c":503,"u":{"h":"203.0.113.6:8080"},"d":12}\n'
    file = read(tmp_path, {"a.log": line}, spec.load(None, [text]))["a.log"]
    assert file.format == "envoy-access"
    expected = {"status": 503, "server": "203.0.113.6:8080", "duration_s": 0.012}
    assert differences(expected, file.records[0]) == []


def test_state_lines_are_read_beside_a_told_format(tmp_path: Path) -> None:
    text = "%ci [%tr] %b/%s %ST %Ta %ts"
    lines = [f"192.0.2.7 [02/Mar/2026:10:15:0{i}.204] shop/app2 200 44 --" for i in range(5)]
    lines.append(
        "[WARNING]  (4) : Server shop/app2 is DOWN, reason: Layer4 timeout, check duration: 2001ms."
    )
    file = read(tmp_path, {"a.log": "\n".join(lines)}, spec.load(None, [text]))["a.log"]
    assert (file.format, file.events, file.rejected) == ("haproxy", 6, 0)
    assert file.records[-1]["level"] == "warning"


def test_times_that_the_sample_does_not_have_are_read(tmp_path: Path) -> None:
    line = '192.0.2.7:51044 [02/Mar/2026:10:15:01.204] www shop/app2 0/3/1/40/44 200 1 - - ---- 1/1/1/1/0 0/0 "GET / HTTP/1.1"\n'  # noqa: E501
    late = "192.0.2.7:51044 [02/Mar/2026:10:16:01.204] db db/one 1/0/57 212 -- 1/1/0/0/0 0/0\n"
    file = read(tmp_path, {"a.log": line * 4000 + late})["a.log"]
    assert (file.events, file.rejected) == (4001, 0)
    assert file.records[-1]["server"] == "one"


def test_a_text_without_variables_is_refused_with_its_place() -> None:
    with pytest.raises(FormatError, match="--log-format"):
        spec.load(None, ["no variables here"])


@pytest.mark.parametrize("syntax", syntaxes.NAMES)
def test_layouts_are_patterns_that_can_be_compiled(syntax: str) -> None:
    for shape in (s for f in spec.shipped() if f.syntax == syntax for s in f.shapes if s.layout):
        parts = syntaxes.tokens(syntax, shape.layout)
        assert any(part.variable for part in parts)
        assert re.compile(layout.pattern(parts)).groups
