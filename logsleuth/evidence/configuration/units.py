"""Numbers and times as nginx, HAProxy, Envoy and Traefik write them."""

from __future__ import annotations

import re

_NGINX_TIME = re.compile(r"(?:\d{1,15}(?:ms|[smhdwMy])\s*)*(?:\d{1,15})?", re.ASCII)
_NGINX_PART = re.compile(r"(\d+)(ms|[smhdwMy])?", re.ASCII)
_NGINX_SECONDS = {
    "ms": 0.001,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
    "d": 86400.0,
    "w": 604800.0,
    "M": 2592000.0,
    "y": 31536000.0,
}
_HAPROXY_TIME = re.compile(r"(\d{1,15})(us|ms|[smhd])?", re.ASCII)
_HAPROXY_MICROSECONDS = {
    "us": 1,
    "ms": 1_000,
    "s": 1_000_000,
    "m": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
}

_GO_TIME = re.compile(r"(?:\d{1,15}(?:\.\d{1,9})?(?:ns|us|µs|ms|[smh]))+", re.ASCII)
_GO_PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|[smh])", re.ASCII)
_GO_MICROSECONDS = {
    "ns": 0.001,
    "us": 1,
    "µs": 1,
    "ms": 1_000,
    "s": 1_000_000,
    "m": 60_000_000,
    "h": 3_600_000_000,
}


def whole(text: str) -> int | None:
    """A non-negative whole number, or None."""
    # int() refuses numbers of thousands of digits, and takes "1_0" and digits of other scripts
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else None


def nginx_seconds(text: str) -> float | None:
    """Seconds of "1h 30m", "1500ms" or "30".

    Source: nginx manual, "Configuration file measurement units".
    """
    if not text.strip() or not _NGINX_TIME.fullmatch(text):
        return None
    parts = _NGINX_PART.findall(text)
    # thousandths are added as whole numbers: 1.5 s must not become 1.5000000000000002
    return sum(round(int(n) * _NGINX_SECONDS[unit or "s"] * 1000) for n, unit in parts) / 1000


def haproxy_seconds(text: str) -> float | None:
    """Seconds of "30s", "400ms" or "5000", which are milliseconds.

    Source: HAProxy manual, section 2.5 "Time format".
    """
    match = _HAPROXY_TIME.fullmatch(text)
    if not match:
        return None
    return int(match[1]) * _HAPROXY_MICROSECONDS[match[2] or "ms"] / 1_000_000


def go_seconds(text: str) -> float | None:
    """Seconds of "1m30s", "250ms", "0.25s" or "30", which are seconds.

    Source: Go's `time.ParseDuration`, protobuf's JSON of `Duration`; Traefik's `ptypes.Duration`.
    """
    if re.fullmatch(r"[0-9]{1,15}(?:\.[0-9]{1,9})?", text, re.ASCII):
        return float(text)
    if not _GO_TIME.fullmatch(text):
        return None
    parts = _GO_PART.findall(text)
    return sum(round(float(n) * _GO_MICROSECONDS[unit]) for n, unit in parts) / 1_000_000


def names(text: str) -> frozenset[str]:
    """A set of names out of one text, which keeps long lists of them short to read."""
    return frozenset(text.split())
