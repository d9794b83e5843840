"""Reads what HAProxy logs, in which format and to where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logsleuth.evidence.configuration.intent import LogFormat

if TYPE_CHECKING:
    from logsleuth.evidence.configuration.haproxy_lines import Line, Section

# Every frontend repeats those of the global section; HAProxy's own examples have one or two.
_MOST_TARGETS = 32
_HTTP = (
    "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc"
    " %sq/%bq %hr %hs %{+Q}r"
)
_FORMATS = {
    "tcplog": "%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq",
    "httplog": _HTTP,
    "httpslog": _HTTP + " %[fc_err]/%[ssl_fc_err,hex]/%[ssl_c_err]/%[ssl_c_ca_err]/"
    "%[ssl_fc_is_resumed] %[ssl_fc_sni]/%sslv/%sslc",
    "httplog clf": '%{+Q}o %{-Q}ci - - [%trg] %r %ST %B "" "" %cp %ms %ft %b %s %TR %Tw %Tc %Tr'
    " %Ta %tsc %ac %fc %bc %sc %rc %sq %bq %CC %CS %hrl %hsl",
}


PREDEFINED = frozenset(_FORMATS.values())


def log_formats(sections: list[Section]) -> tuple[LogFormat, ...]:
    """The format that each section sets, the predefined ones written out.

    Source: HAProxy manual, sections 8.2.2 to 8.2.4 and 8.2.6 "Custom log format".
    """
    found = (_format_of(section.own) for section in sections)
    return tuple(each for each in found if each is not None)


def format_in_force(section: Section) -> str | None:
    """The name, in `log_formats`, of the format that a frontend logs in."""
    found = _format_of(section.lines)
    return found.name if found else None


def log_targets(sections: list[Section], entrances: list[Section]) -> tuple[tuple[str, str], ...]:
    """Where each frontend logs and in which format; "" is HAProxy's short default format.

    Source: HAProxy manual, section 4.2 "log".
    """
    written = [line for section in sections if section.kind == "global" for line in section.own]
    general = list(dict.fromkeys(_targets(written, [])))[:_MOST_TARGETS]
    found: dict[tuple[str, str], None] = {}
    for section in entrances:
        name = format_in_force(section) or ""
        for target in _targets(section.lines, general):
            found[target, name] = None
    return tuple(found)


def _format_of(lines: list[Line]) -> LogFormat | None:
    chosen: LogFormat | None = None
    for line in lines:
        if line.words[0] == "log-format" and len(line.words) > 1:
            chosen = LogFormat(line.scope, " ".join(line.words[1:]), None, line.number)
        elif line.words[0] == "option":
            text = _FORMATS.get(" ".join(line.words[1:]))
            chosen = LogFormat(line.scope, text, None, line.number) if text else chosen
    return chosen


def _targets(lines: list[Line], general: list[str]) -> list[str]:
    targets: list[str] = []
    for line in lines:
        if line.starts("no", "log"):
            targets = []
        elif line.starts("log", "global"):
            targets += general
        elif line.words[0] == "log" and len(line.words) > 1:
            targets.append(line.words[1])
    return targets
