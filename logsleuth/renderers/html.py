"""The report: one self-contained page that opens anywhere, without a network."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING, Any, Final

from logsleuth.renderers import (
    attributed,
    charts,
    judged,
    marks,
    runbook,
    said,
    story,
    waterfall,
    wording,
)
from logsleuth.renderers.json import document
from logsleuth.renderers.text import encodable, sanitise
from logsleuth.resources import shipped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2 import Environment
    from markupsafe import Markup

    from logsleuth.model import Investigation, Pool

SECTIONS: Final = (
    "verdict",
    "timeline",
    "changes",
    "shares",
    "attribution",
    "messages",
    "time",
    "hypotheses",
    "evidence",
    "runbook",
    "sources",
    "reproduce",
)
_MOST_FIGURES: Final = 3
_UNFIT_FOR_IDS: Final = re.compile(r"[^A-Za-z0-9_.:-]")


def render(investigation: Investigation) -> str:
    """Return the whole report as one HTML file; the same document gives the same bytes."""
    scripts = {"plotly": plotly_bundle(), "report": _shipped_text("report.js")}
    pools = _pools_in_order(investigation)
    figures = _figures(investigation, pools)
    if not figures:
        del scripts["plotly"]
    page = _environment().get_template("report.html.j2")
    return page.render(
        investigation=investigation,
        sections=SECTIONS,
        policy=policy(scripts.values()),
        scripts={name: _verbatim(code) for name, code in scripts.items()},
        style=_verbatim(_shipped_text("style.css")),
        document=document(investigation),
        figures=figures,
        pools=pools,
        cited=frozenset(event.event_id for event in investigation.cited),
        runbook=runbook,
        story=story,
        attributed=attributed,
        said=said,
        judged=judged,
        wording=wording,
        marks=marks,
        waterfall=waterfall,
    )


def plotly_bundle() -> str:
    """Return the vendored plotly.js, the build with cartesian axes only."""
    bundles = [
        entry
        for entry in shipped("reports").joinpath("vendor").iterdir()
        if entry.name.startswith("plotly-cartesian-") and entry.name.endswith(".min.js")
    ]
    return max(bundles, key=lambda entry: entry.name).read_text(encoding="utf-8")


def policy(scripts: Iterable[str]) -> str:
    """Return a content security policy that lets these scripts run, and nothing else load."""
    hashes = " ".join(f"'sha256-{_digest(script)}'" for script in scripts)
    # plotly.js writes styles of its own, and a hash can't allow those.
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")


def _pools_in_order(investigation: Investigation) -> list[Pool]:
    first = story.featured(investigation)
    return [*first, *(pool for pool in investigation.pools if pool not in first)]


def _figures(investigation: Investigation, pools: list[Pool]) -> dict[str, dict[str, Any]]:
    drawn = {"figure-timeline": charts.timeline(investigation)}
    shown = max(len(story.featured(investigation)), 1)
    for place, pool in enumerate(pools[: min(shown, _MOST_FIGURES)]):
        drawn[f"figure-shares-{place}"] = charts.shares(investigation, pool)
    return {name: figure for name, figure in drawn.items() if figure is not None}


def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        loader=FunctionLoader(_shipped_text),
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"allow_nan": False}
    environment.filters.update(
        anchor=anchor,
        lines=_lines,
        prose=_prose,
        percent=wording.percent,
        seconds=wording.seconds,
        number=wording.number,
        count=wording.count,
        moment=wording.moment,
        clock=wording.clock,
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
