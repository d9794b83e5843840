"""One request through all layers: what each did with the time, and what nobody logged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from logsleuth.analyses.correlation import link
from logsleuth.analyses.series import moment
from logsleuth.analyses.statements import sql
from logsleuth.analyses.worked import Bounds, short, within
from logsleuth.model import Segment, Waterfall

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from logsleuth.case.store import Case
    from logsleuth.stats.links import Links

# Around a request: enough others to learn how far its line may be.
_AROUND_S: Final = 60.0


def found(case: Case, name: str) -> list[tuple[int, int]]:
    """The requests of an event id, a request id or a trace id, by source and line."""
    return case.rows(sql("requests_found"), {"id": name, "most": 20})


def slowest(case: Case, most: int) -> list[tuple[int, int]]:
    """The requests that took longest, by source and line."""
    return case.rows(sql("requests_slowest"), {"most": most})


def failed(case: Case, most: int) -> list[tuple[int, int]]:
    """The first requests that failed, by source and line."""
    return case.rows(sql("requests_failed"), {"most": most})


def draw(
    case: Case, place: tuple[int, int], links: Links | None = None, why: str = ""
) -> Waterfall:
    """Take one request apart; `links` spares the joining where it has been done already."""
    names, rows = case.table(sql("request"), {"source_id": place[0], "line": place[1]})
    request = dict(zip(names, rows[0], strict=True))
    if links is None:
        began = float(request["started"] or 0.0)
        ended = began + float(request["duration_s"] or 0.0)
        links = link(case, began - _AROUND_S, ended + _AROUND_S)
    return Waterfall(
        why=why,
        event=request["event_id"],
        started=moment(request["started"] or 0.0),
        method=request["method"],
        path=request["path"],
        status=request["status"],
        server=request["server"],
        request_id=request["request_id"] or request["trace_id"],
        duration_s=request["duration_s"],
        failed=request["failed"],
        segments=tuple(_segments(case, request, links)),
    )


def _segments(case: Case, request: Mapping[str, Any], links: Links) -> Iterator[Segment]:
    event = request["event_id"]
    yield Segment("request", "request", 0.0, request["duration_s"], _basis(request["duration_s"]),
                  0, event)  # fmt: skip
    if request["format"].startswith("haproxy"):
        yield Segment("queue", "balancer's queue", 0.0, request["queue_s"],
                      _basis(request["queue_s"]), 1, event)  # fmt: skip
    if request["retried"]:
        yield from _attempts(case, request, links)
    elif request["server"] is not None:
        yield from _only_attempt(case, request, links)
    yield from _mentions(case, request)


def _basis(seconds: float | None) -> Any:
    return "unknown" if seconds is None else "measured"


def _only_attempt(case: Case, request: Mapping[str, Any], links: Links) -> Iterator[Segment]:
    """The one server that was asked; HAProxy's times are those of its last try."""
    event, haproxy = request["event_id"], request["format"].startswith("haproxy")
    began: float | None = request["queue_s"] if haproxy else 0.0
    connect, waited, sent = (request[name] for name in ("connect_s", "waited_s", "send_s"))
    took = _minus(request["duration_s"], began)
    more = f"after {request['retries']} more tries, whose times are in the connection's"
    status = request["upstream_status"] or request["status"]
    yield Segment("attempt", _answered(request["server"], status), began, took, _basis(took), 1,
                  event, note=more if request["retries"] else "")  # fmt: skip
    yield _connect(began, connect, event)
    start = None if began is None else began + (connect or 0.0)
    known = request["header_s"] is not None
    yield Segment("waited", "first byte" if known else "answer", start, waited, _basis(waited), 2,
                  event, note=_remark(request))  # fmt: skip
    yield from within(case, request, links, 1, Bounds(start, waited))
    end = start + waited if known and start is not None else None
    # Both times are rounded: the rest of two may come out a step below nothing.
    sent = None if sent is None else max(sent, 0.0)
    yield Segment("send", "sending", end, sent, _basis(sent), 2, event)


def _minus(whole: float | None, part: float | None) -> float | None:
    return None if whole is None or part is None else whole - part


def _remark(request: Mapping[str, Any]) -> str:
    """What a time until the answer holds besides."""
    if request["header_s"] is None and request["status"] in (None, 499, 504):
        return "no answer came in time"
    held = ["connecting"] if request["connect_s"] is None else []
    held += ["receiving all of it"] if request["header_s"] is None else []
    return f"with {' and '.join(held)}, not logged apart" if held else ""


def _attempts(case: Case, request: Mapping[str, Any], links: Links) -> Iterator[Segment]:
    """Every server that nginx tried, one after another."""
    place = {"source_id": request["source_id"], "line": request["line"]}
    began: float | None = 0.0
    for attempt, server, status, connect, header, response in case.rows(sql("attempts_of"), place):
        event = request["event_id"]
        yield Segment("attempt", _answered(server, status), began, response, _basis(response), 1,
                      event)  # fmt: skip
        yield _connect(began, connect, event)
        whole = header if header is not None else response
        start = None if began is None else began + (connect or 0.0)
        waited = None if whole is None else max(whole - (connect or 0.0), 0.0)
        yield Segment("waited", "answer" if header is None else "first byte", start, waited,
                      _basis(waited), 2, event)  # fmt: skip
        yield from within(case, request, links, attempt, Bounds(start, waited))
        began = None if began is None or response is None else began + response


def _answered(server: str | None, status: int | None) -> str:
    return f"{server or 'no server'}: {'no status' if status is None else status}"


def _connect(began: float | None, seconds: float | None, event: str) -> Segment:
    return Segment("connect", "connecting", began, seconds, _basis(seconds), 2, event)


def _mentions(case: Case, request: Mapping[str, Any]) -> Iterator[Segment]:
    for name in dict.fromkeys((request["request_id"], request["trace_id"])):
        for event, at, role, text in case.rows(sql("mentions_of"), {"id": name or ""}):
            yield Segment("mention", f"{role}: {short(text or '')}",
                          at - float(request["started"]), None, "measured", 1, event)  # fmt: skip
