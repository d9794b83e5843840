"""The report: one self-contained page that opens anywhere, without a network."""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final

from logsleuth.renderers import (
    attributed,
    bundle,
    charts,
    chosen,
    database,
    judged,
    limits,
    links,
    marks,
    noted,
    numbers,
    packed,
    repeated,
    runbook,
    said,
    stamps,
    story,
    waterfall,
    wording,
    zones,
)
from logsleuth.renderers.json import document
from logsleuth.renderers.text import encodable, sanitise
from logsleuth.resources import shipped

if TYPE_CHECKING:
    from datetime import datetime

    from jinja2 import Environment
    from markupsafe import Markup

    from logsleuth.model import Investigation, Pool

SECTIONS: Final = (
    "verdict",
    "timeline",
    "changes",
    "shares",
    "hypotheses",
    "attribution",
    "time",
    "database",
    "messages",
    "counterfactual",
    "runbook",
    "sources",
    "evidence",
    "reproduce",
)
_TITLES: Final = {
    "attribution": "Where it hurts",
    "time": "Waterfalls",
    "database": "Database",
    "counterfactual": "What if",
    "sources": "Sources",
    "evidence": "Cited lines",
}
_SCRIPTS: Final = ("counts", "zone", "filter", "figures", "link", "page")
_MOST_FIGURES: Final = 3
_UNFIT_FOR_IDS: Final = re.compile(r"[^A-Za-z0-9_.:-]")


def render(whole: Investigation, most: int = limits.HARD_BYTES) -> str:
    """Return the whole report as one HTML file; the same document gives the same bytes.

    Where it would be larger than `most` bytes, less of the lists is shown, and the page says so.
    """
    page = ""
    for scale in limits.SCALES:
        investigation, left_out = limits.fitted(whole, scale)
        page = _page(whole, investigation, left_out)
        if len(page.encode("utf-8")) <= most:
            break
    return page


def _page(whole: Investigation, investigation: Investigation, left_out: tuple[str, ...]) -> str:
    pools = _pools_in_order(investigation)
    figures = _figures(investigation, pools)
    script = program()
    return (
        _environment(story.day_of(investigation))
        .get_template("report.html.j2")
        .render(
            investigation=investigation,
            whole=whole,
            left_out=left_out,
            sections=SECTIONS,
            titles=_TITLES,
            policy=bundle.policy([script, *([bundle.code()] if figures else [])]),
            script=_verbatim(script),
            plotly=bundle.packed() if figures else "",
            style=_verbatim(_shipped_text("style.css")),
            document=document(investigation) | {"series": numbers.columns(investigation.series)},
            figures={name: packed.pack(figure) for name, figure in figures.items()},
            heights={name: figure["layout"]["height"] for name, figure in figures.items()},
            pools=pools,
            cited={event.event_id: event for event in investigation.cited},
            chosen=chosen.chosen(investigation),
            chosen_rest=chosen.REST,
            database=database,
            places=_places(investigation),
            written_in=zones.written_in(investigation),
            zones=zones,
            queries=repeated.Queries(),
            ids=links.Ids(),
            runbook=runbook,
            story=story,
            attributed=attributed,
            said=said,
            judged=judged,
            wording=wording,
            marks=marks,
            noted=noted,
            waterfall=waterfall,
        )
    )


def program() -> str:
    """Return the page's own script, put together from its files."""
    parts = [_shipped_text(f"scripts/{name}.js") for name in _SCRIPTS]
    return '(() => {\n"use strict";\n' + "\n".join(parts) + "})();\n"


def _pools_in_order(investigation: Investigation) -> list[Pool]:
    first = story.featured(investigation)
    return [*first, *(pool for pool in investigation.pools if pool not in first)]


def _places(investigation: Investigation) -> dict[tuple[str, str], int]:
    """Say which place of the breakdown each server has."""
    whole = investigation.series.breakdown
    facets = () if whole is None else whole.facets
    return {(facet.pool, facet.server): place for place, facet in enumerate(facets)}


def _figures(investigation: Investigation, pools: list[Pool]) -> dict[str, dict[str, Any]]:
    drawn = {"figure-timeline": charts.timeline(investigation)}
    shown = max(len(story.featured(investigation)), 1)
    for place, pool in enumerate(pools[: min(shown, _MOST_FIGURES)]):
        drawn[f"figure-shares-{place}"] = charts.shares(investigation, pool)
    return {name: figure for name, figure in drawn.items() if figure is not None}


@lru_cache(maxsize=2)  # to compile the templates takes longer than to fill them
def _environment(day: datetime | None) -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        loader=FunctionLoader(_shipped_text),
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {
        "allow_nan": False,
        "separators": (",", ":"),
    }
    environment.filters.update(
        anchor=anchor,
        capital=wording.capital,
        epoch=stamps.epoch,
        lines=_lines,
        prose=_prose,
        percent=wording.percent,
        seconds=wording.seconds,
        number=wording.number,
        count=wording.count,
        moment=partial(stamps.stamp, form="moment"),
        clock=partial(stamps.stamp, form="clock"),
        day=partial(stamps.stamp, form="day"),
        dated=partial(stamps.dated, day=day),
    )
    return environment


def _shipped_text(name: str) -> str:
    return shipped("reports").joinpath(*name.split("/")).read_text(encoding="utf-8")


def anchor(event_id: str) -> str:
    """Return the id of the place where an event is cited."""
    return "e-" + _UNFIT_FOR_IDS.sub("_", event_id)


def _shown(value: Any) -> Any:
    # Every value passes here on its way to the page, before it is escaped.
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return sanitise(value)
    return value


def _lines(text: str) -> Markup:
    """Escape text that may have several lines, and keep them."""
    from markupsafe import escape

    return escape(sanitise(encodable(text), multiline=True))


def _prose(text: str) -> Markup:
    """Escape text, and set as code what stands between backticks."""
    from markupsafe import Markup, escape

    parts = [escape(sanitise(encodable(part))) for part in text.split("`")]
    code = Markup("<code>{}</code>")
    return Markup("").join(code.format(p) if i % 2 else p for i, p in enumerate(parts))


def _verbatim(code: str) -> Markup:
    """Take a file that we ship as it is: its digest must be that of what the browser reads."""
    from markupsafe import Markup

    return Markup(code)  # noqa: S704 - never text from the evidence
