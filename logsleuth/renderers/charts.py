"""The figures of the report, as plain data for plotly.js."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from itertools import compress
from typing import TYPE_CHECKING, Any, Final

from logsleuth.renderers import frame, lanes
from logsleuth.renderers.frame import VERMILLION, instant
from logsleuth.renderers.noted import PEOPLE
from logsleuth.renderers.numbers import short
from logsleuth.renderers.text import sanitise
from logsleuth.renderers.wording import percent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import plotly.graph_objects as go

    from logsleuth.model import Investigation, Pool, RootCause

    Reach = tuple[datetime, datetime]

# Okabe and Ito's palette: told apart with every kind of colour vision.
_GREY: Final = "#7D8794"
_OTHERS: Final = ("#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_KINDS: Final = ("#0072B2", "#CC79A7", "#009E73", "#E69F00", "#56B4E9")
_DASHES: Final = ("solid", "dashdot", "dot", "longdash")
_PANEL: Final = 96
_LANE: Final = 44
_SHARES: Final = 330
_MOST_LINES: Final = 10
_WORTH_SEEING: Final = 0.05
_HATCHED: Final = 0.84
# What was done is told from what happened by its shape.
_SYMBOLS: Final = {lanes.CHANGES: "diamond", PEOPLE: "square"}
_SIZES: Final = {lanes.CHANGES: 21, PEOPLE: 18}


def timeline(investigation: Investigation) -> dict[str, Any] | None:
    """Return the lanes of all components under requests, failures and latency, on one axis."""
    import plotly.graph_objects as go

    panels = _panels(investigation)
    series = investigation.series
    drawn = bool(series.lanes or series.gaps or investigation.timeline)
    if not panels and not drawn:
        return None
    room = _LANE * len(lanes.shown(investigation))
    heights = [_PANEL] * len(panels) + ([room] if drawn else [])
    figure = go.Figure()
    frame.lay_out(figure, frame.stack(figure, heights) + frame.ABOVE + frame.BELOW, investigation)
    for row, panel in enumerate(panels, 1):
        _draw_panel(figure, frame.axis_of(row), panel)
    if drawn:
        _draw_lanes(figure, frame.axis_of(len(heights)), investigation)
    frame.mark(figure, investigation)
    return _data(figure)


def shares(investigation: Investigation, pool: Pool) -> dict[str, Any] | None:
    """Return the observed share of each server over time against the intended one, dashed."""
    import plotly.graph_objects as go

    observed = _observed(investigation, pool)
    if not observed:
        return None
    figure = go.Figure()
    colours = _server_colours(pool, investigation.root_cause, list(observed))
    for place, (server, points) in enumerate(list(observed.items())[:_MOST_LINES]):
        dash = _DASHES[place // (len(_OTHERS) + 1) % len(_DASHES)]
        facet = _facet(investigation, pool.pool, server)
        _draw_share(figure, server, points, (colours[server], dash), facet)
    stamps = [ts for points in observed.values() for ts, _ in points]
    _draw_intended(figure, pool, (min(stamps), max(stamps)), colours)
    frame.lay_out(figure, _SHARES, investigation)
    figure.update_yaxes(tickformat=".0%", rangemode="tozero", nticks=6)
    frame.mark(figure, investigation)
    return _data(figure)


def _observed(investigation: Investigation, pool: Pool) -> dict[str, lanes.Points]:
    observed = lanes.observed_shares(investigation.series, pool.pool)
    stamps = [ts for ts, _ in next(iter(observed.values()), [])]
    covered = lanes.well_covered(investigation, stamps)
    return {server: list(compress(points, covered)) for server, points in observed.items()}


def _label(text: str) -> str:
    # plotly.js reads a small HTML of its own in every text, and formulae between dollars.
    return escape(sanitise(text)).replace("$", "&#36;")


@dataclass(frozen=True, slots=True)
class _Panel:
    name: str
    times: list[str]
    values: Sequence[float | None]
    colour: str
    fill: str
    part: str
    """Which figure of a server's requests it is, to be drawn for one server alone."""
    most: float | None = None


def _panels(investigation: Investigation) -> list[_Panel]:
    bins, width = investigation.series.traffic, investigation.series.bin_s or 1.0
    if not bins:
        return []
    covered = lanes.well_covered(investigation, [bin_.ts for bin_ in bins])
    bins = tuple(bin_ for bin_, known in zip(bins, covered, strict=True) if known)
    times = [instant(bin_.ts) for bin_ in bins]
    requests = [round(bin_.requests / width, 4) for bin_ in bins]
    failures = [round(bin_.failed / width, 4) for bin_ in bins]
    latency = [short(bin_.latency_p95_s) for bin_ in bins]
    # A handful of failures in a busy service must not look like a wall of them.
    most = 1.08 * max(*failures, max(requests) * _WORTH_SEEING)
    panels = [
        _Panel("requests/s", times, requests, _GREY, "rgba(125,135,148,.18)", "requests"),
        _Panel("failures/s", times, failures, VERMILLION, "rgba(213,94,0,.32)", "failures", most),
        _Panel("p95 latency, s", times, latency, _OTHERS[0], "rgba(0,114,178,.10)", "latency"),
    ]
    return [panel for panel in panels if any(value is not None for value in panel.values)]


def _draw_panel(figure: go.Figure, axis: str, panel: _Panel) -> None:
    figure.add_scatter(
        x=panel.times,
        y=panel.values,
        name=panel.name,
        mode="lines",
        line={"color": panel.colour, "width": 1.5},
        showlegend=False,
        fill="tozeroy",
        fillcolor=panel.fill,
        hovertemplate="%{y:.3~g}",
        meta={"panel": panel.part},
        yaxis=axis,
    )
    scale = {} if panel.most is None else {"range": [0, panel.most]}
    figure.update_layout(
        {axis.replace("y", "yaxis"): {"rangemode": "tozero", "nticks": 4, **scale}}
    )
    figure.add_annotation(
        text=panel.name,
        x=0,
        y=1,
        xref="x domain",
        yref=f"{axis} domain",
        xanchor="left",
        yanchor="bottom",
        showarrow=False,
    )


def _draw_lanes(figure: go.Figure, axis: str, investigation: Investigation) -> None:
    kinds = lanes.kinds(investigation.series)
    for (kind, lane), bars in lanes.bars(investigation.series).items():
        place = kinds.index(kind)
        figure.add_bar(
            x=[instant(bar.ts) for bar in bars],
            y=[bar.height for bar in bars],
            base=[bar.base for bar in bars],
            width=investigation.series.bin_s * 1000,
            offset=0,
            name=_label(kind),
            legendgroup=str(place),
            showlegend=lane == lanes.first_lane(investigation.series, kind),
            hoverinfo="skip",
            marker={
                "color": VERMILLION if "error" in kind else _KINDS[place % len(_KINDS)],
                "line": {"width": 0},
            },
            yaxis=axis,
        )
    _draw_counts(figure, axis, investigation)
    _draw_gaps(figure, axis, investigation)
    _draw_moments(figure, axis, investigation)
    shown = lanes.shown(investigation)
    places = list(range(len(shown)))
    labels = {"tickvals": places, "ticktext": list(shown)}
    edges = {"range": [len(places) - 0.5, -0.5]}
    figure.update_layout({axis.replace("y", "yaxis"): {**labels, **edges}})


def _draw_counts(figure: go.Figure, axis: str, investigation: Investigation) -> None:
    # Bars answer for their neighbours' bins too; unseen points answer for their own alone.
    counts = lanes.counts(investigation.series)
    figure.add_scatter(
        x=[instant(ts) for ts in counts],
        y=[0] * len(counts),
        text=["<br>".join(map(_label, lines)) or "none" for lines in counts.values()],
        name="events",
        mode="markers",
        marker={"opacity": 0, "size": 1},
        showlegend=False,
        hovertemplate="%{text}",
        yaxis=axis,
    )


def _draw_gaps(figure: go.Figure, axis: str, investigation: Investigation) -> None:
    gaps = investigation.series.gaps
    if not gaps:
        return
    figure.add_bar(
        x=[instant(gap.since) for gap in gaps],
        y=[-_HATCHED] * len(gaps),
        base=[lanes.LANES.index(lanes.lane_of(gap.component)) + _HATCHED / 2 for gap in gaps],
        width=[(gap.until - gap.since).total_seconds() * 1000 for gap in gaps],
        offset=0,
        name="no lines, though some were to be expected",
        hoverinfo="skip",
        marker={
            "color": "rgba(125,135,148,.10)",
            "line": {"width": 1, "color": _GREY},
            "pattern": {"shape": "/", "fgcolor": _GREY, "size": 7, "solidity": 0.25},
        },
        yaxis=axis,
    )


def _draw_moments(figure: go.Figure, axis: str, investigation: Investigation) -> None:
    marks = lanes.marks(investigation)
    figure.add_scatter(
        x=[instant(mark.moment.ts) for mark in marks],
        y=[mark.height for mark in marks],
        text=[str(mark.number) for mark in marks],
        customdata=[_label(mark.moment.title) for mark in marks],
        name="moments, by their number in the list",
        mode="markers+text",
        cliponaxis=False,
        marker={
            "symbol": [_SYMBOLS.get(mark.lane, "circle") for mark in marks],
            "size": [_SIZES.get(mark.lane, 17) for mark in marks],
            "color": "#1D2733",
            "line": {"width": 1.5},
        },
        textfont={"size": 10, "color": "#FFFFFF"},
        hovertemplate="%{customdata}<extra>%{text}</extra>",
        yaxis=axis,
    )


def _facet(investigation: Investigation, pool: str, server: str) -> int | None:
    whole = investigation.series.breakdown
    facets = () if whole is None else whole.facets
    places = [place for place, one in enumerate(facets) if (one.pool, one.server) == (pool, server)]
    return places[0] if places else None


def _draw_share(
    figure: go.Figure,
    server: str,
    points: lanes.Points,
    look: tuple[str, str],
    facet: int | None,
) -> None:
    colour, dash = look
    figure.add_scatter(
        x=[instant(ts) for ts, _ in points],
        y=[share for _, share in points],
        name=_label(server),
        mode="lines",
        line={"color": colour, "width": 2, "dash": dash},
        hovertemplate="%{y:.1%}",
        meta=None if facet is None else {"facet": facet},
    )


def _draw_intended(figure: go.Figure, pool: Pool, reach: Reach, colours: dict[str, str]) -> None:
    for share, servers in lanes.intended(pool):
        alone = len(servers) == 1
        whose = servers[0] if alone else f"each of {len(servers)}"
        figure.add_scatter(
            x=[instant(ts) for ts in reach],
            y=[share, share],
            name=_label(f"intended for {whose}: {percent(share)}"),
            mode="lines",
            line={
                "color": colours.get(servers[0], _GREY) if alone else _GREY,
                "width": 2,
                "dash": "7px,5px",
            },
            hovertemplate="%{y:.1%}",
        )


def _server_colours(pool: Pool, cause: RootCause | None, servers: list[str]) -> dict[str, str]:
    target = None if cause is None else cause.target
    if target not in servers and pool.skewed and pool.servers:
        target = max(pool.servers, key=lambda share: share.observed_share).server
    others = [server for server in servers if server != target]
    colours = {server: _OTHERS[place % len(_OTHERS)] for place, server in enumerate(others)}
    return {**colours, **({target: VERMILLION} if target is not None else {})}


def _data(figure: go.Figure) -> dict[str, Any]:
    plain: dict[str, Any] = figure.to_plotly_json()
    return plain
