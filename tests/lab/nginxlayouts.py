"""The access log formats of nginx that the lab chooses from."""

from __future__ import annotations

_COMBINED = (
    '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent'
    ' "$http_referer" "$http_user_agent"'
)
_JSON = (
    '"ts":"$time_iso8601","client":"$remote_addr","host":"$host","method":"$request_method",'
    '"path":"$request_uri","status":"$status","size":"$body_bytes_sent",'
    '"duration":"$request_time","agent":"$http_user_agent",'
)


def _quoted(ids: bool) -> str:
    rid = ' request_id="$request_id"' if ids else ""
    return (
        f'{_COMBINED} upstream="$upstream_addr" upstream_status="$upstream_status"'
        f' upstream_time="$upstream_response_time" request_time="$request_time"{rid}'
    )


def _bare(ids: bool) -> str:
    rid = " id=$request_id" if ids else ""
    return (
        f"{_COMBINED} to=$upstream_addr code=$upstream_status connect=$upstream_connect_time"
        f" took=$upstream_response_time total=$request_time at=$msec{rid}"
    )


def _json(ids: bool) -> str:
    rid = '"rid":"$request_id",' if ids else ""
    return (
        "{" + _JSON + rid + '"upstream_addr":"$upstream_addr","upstream_status":"$upstream_status",'
        '"upstream_response_time":"$upstream_response_time"}'
    )


def _json_nested(ids: bool) -> str:
    rid = '"id":"$request_id",' if ids else ""
    return (
        '{"epoch":$msec,"remote":"$remote_addr","request":{' + rid + '"method":"$request_method",'
        '"uri":"$request_uri","seconds":$request_time},"response":{"status":$status,'
        '"bytes":$body_bytes_sent},"upstream":{"addr":"$upstream_addr",'
        '"status":"$upstream_status","response_time":"$upstream_response_time"}}'
    )


def _ingress(ids: bool) -> str:
    rid = " $request_id" if ids else ""
    return (
        f"{_COMBINED} $request_length $request_time [$proxy_host] []"
        f" $upstream_addr $upstream_response_length $upstream_response_time $upstream_status{rid}"
    )


def _logfmt(ids: bool) -> str:
    rid = " rid=$request_id" if ids else ""
    return (
        'ts=$msec ip=$remote_addr method=$request_method uri="$request_uri" status=$status'
        ' bytes=$body_bytes_sent rt=$request_time pool=$proxy_host upstream="$upstream_addr"'
        f' upstream_status="$upstream_status" upstream_rt="$upstream_response_time"{rid}'
    )


def _timed(ids: bool) -> str:
    """Nothing of the servers behind."""
    rid = " $request_id" if ids else ""
    return f"{_COMBINED} $request_time{rid}"


_LAYOUTS = {
    "timed": _timed,
    "quoted": _quoted,
    "bare": _bare,
    "json": _json,
    "json_nested": _json_nested,
    "ingress": _ingress,
    "logfmt": _logfmt,
}


def log_format(layout: str, ids: bool) -> str:
    """The directive for a layout."""
    escape = " escape=json" if layout.startswith("json") else ""
    return f"log_format {layout}{escape} '{_LAYOUTS[layout](ids)}';"
