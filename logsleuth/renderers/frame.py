"""The frame that every figure shares: one time axis in UTC, with the onset and the end marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from logsleuth.renderers import lanes
from logsleuth.renderers.wording import utc

if TYPE_CHECKING:
    from datetime import datetime

    from logsleuth.model import Investigation

VERMILLION: Final = "#D55E00"
ABOVE: Final = 46
BELOW: Final = 78
_FONT: Final = "-apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Helvetica Neue', Arial, sans-serif"
_GRID: Final = "#E1E5EA"
_GAP: Final = 26
_EDGE: Final = 0.2
_DAY_MS: Final = 86_400_000
_PLOT_WIDTH: Final = 600


def axis_of(row: int) -> str:
    """Return the name of the y axis of a panel, counted from the top."""
    return "y" if row == 1 else f"y{row}"


def instant(ts: datetime) -> str:
    """Write a time for plotly.js, in UTC."""
    # Without a zone plotly.js shows a time as it is written; with one it may not.
    return utc(ts).replace(tzinfo=None).isoformat(timespec="milliseconds")


def stack(figure: Any, heights: list[int]) -> int:
    """Put panels below each other on one time axis; return the height of them all."""
    # One time axis for all: plotly.js then shows what every panel holds at the pointer.
    whole = sum(heights) + _GAP * (len(heights) - 1)
    top = whole
    for row, height in enumerate(heights, 1):
        domain = [max((top - height) / whole, 0), top / whole]
        figure.update_layout(
            {axis_of(row).replace("y", "yaxis"): {"domain": domain, "anchor": "x"}}
        )
        top -= height + _GAP
    figure.update_layout(xaxis={"anchor": axis_of(len(heights))})
    return whole


def lay_out(figure: Any, height: int, investigation: Investigation) -> None:
    """Give a figure its height, fonts, legend and axes."""
    figure.update_layout(
        template={},
        height=height,
        margin={"l": 74, "r": 16, "t": ABOVE, "b": BELOW},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": _FONT, "size": 12},
        hovermode="x unified",
        hoversubplots="axis",
        hoverdistance=_nearby(investigation),
        barmode="overlay",
        bargap=0,
        legend={"orientation": "h", "x": 0, "y": 0, "yref": "container", "yanchor": "bottom"},
        dragmode="zoom",
    )
    _lay_out_axes(figure, investigation)


def _nearby(investigation: Investigation) -> int:
    # Half a bin in pixels: what the label says is of the pointer's own bin, not of a neighbour.
    bins = len(investigation.series.traffic) or 1
    return min(max(round(_PLOT_WIDTH / bins), 3), 40)


def _lay_out_axes(figure: Any, investigation: Investigation) -> None:
    stops = [
        ([None, 999], "%H:%M:%S.%L\n%Y-%m-%d"),
        ([1000, 59_999], "%H:%M:%S\n%Y-%m-%d"),
        ([60_000, _DAY_MS - 1], "%H:%M\n%Y-%m-%d"),
        ([_DAY_MS, None], "%Y-%m-%d"),
    ]
    figure.update_xaxes(
        type="date",
        range=[instant(ts) for ts in lanes.reach(investigation)],
        showgrid=True,
        gridcolor=_GRID,
        zeroline=False,
        hoverformat="%Y-%m-%d %H:%M:%S UTC",
        tickformatstops=[{"dtickrange": reach, "value": form} for reach, form in stops],
        ticklabelstandoff=4,
    )
    figure.update_yaxes(fixedrange=True, gridcolor=_GRID, zeroline=False, ticklabelstandoff=6)


def mark(figure: Any, investigation: Investigation) -> None:
    """Mark the onset, the end and the time between them."""
    incident = investigation.incident
    if incident is None:
        return
    _band(figure, incident.onset_earliest, incident.onset_latest, opacity=0.22)
    place = lanes.fraction(investigation, incident.onset)
    _line(figure, incident.onset, "onset", "left" if place < _EDGE else "right")
    last = lanes.reach(investigation)[1] if incident.ended is None else incident.ended
    _band(figure, incident.onset, last, opacity=0.07)
    if incident.ended is not None:
        place = lanes.fraction(investigation, incident.ended)
        _line(figure, incident.ended, "end", "right" if place > 1 - _EDGE else "left")


def _band(figure: Any, begin: datetime, end: datetime, *, opacity: float) -> None:
    figure.add_shape(
        type="rect",
        xref="x",
        yref="paper",
        x0=instant(begin),
        x1=instant(end),
        y0=0,
        y1=1,
        layer="below",
        fillcolor=VERMILLION,
        opacity=opacity,
        line={"width": 0},
    )


def _line(figure: Any, ts: datetime, word: str, side: str) -> None:
    figure.add_shape(
        type="line",
        xref="x",
        yref="paper",
        x0=instant(ts),
        x1=instant(ts),
        y0=0,
        y1=1,
        line={"color": VERMILLION, "width": 1.5, "dash": "4px,3px"},
    )
    # The labels stand outside the window, so that a short one doesn't write them on each other.
    figure.add_annotation(
        x=instant(ts),
        y=1,
        xref="x",
        yref="paper",
        xanchor=side,
        yanchor="bottom",
        yshift=17,
        text=f"{word} {utc(ts):%H:%M:%S}",
        name=word,
        font={"color": VERMILLION},
        showarrow=False,
    )
