"""One module a command; here is what they share: the options, and the way to an investigation."""

import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from logsleuth.console import completion

if TYPE_CHECKING:
    from logsleuth.console.output import Wanted
    from logsleuth.formats.spec import Format
    from logsleuth.model import Investigation


class Style(StrEnum):
    """How a table is written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    MD = "md"
    PARQUET = "parquet"


class Page(StrEnum):
    """What a report is written as."""

    HTML = "html"
    MD = "md"


Evidence = Annotated[
    list[str],
    typer.Argument(
        metavar="EVIDENCE...",
        help="Logs, configuration, folders and archives in any mix; - is standard input.",
    ),
]
EvidenceOrCase = Annotated[
    list[str], typer.Argument(metavar="EVIDENCE...", help="Evidence in any mix, or a case.")
]
KeptCase = Annotated[
    Path | None, typer.Option("--case", metavar="FILE", help="Keep the case in this file.")
]
ReadCase = Annotated[
    Path | None,
    typer.Option(
        "--case",
        metavar="FILE",
        help="The case; without it the one that is set, or the only .duckdb file here.",
        autocompletion=completion.cases,
    ),
]
Formats = Annotated[
    Path | None,
    typer.Option(
        "--formats", metavar="DIR", help="Formats of your own.", exists=True, file_okay=False
    ),
]
LogFormat = Annotated[
    list[str] | None,
    typer.Option(
        "--log-format",
        metavar="STRING",
        help="How a server writes its log: nginx's log_format, HAProxy's log-format, Apache's"
        " LogFormat, Envoy's, or PostgreSQL's log_line_prefix; more than one may be told.",
    ),
]
Zones = Annotated[
    list[str] | None,
    typer.Option(
        "--assume-tz",
        metavar="[FILE=]ZONE",
        help="The zone of lines that state none: Europe/Berlin, or app*.log=+02:00 (repeatable).",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notes.")]
Table = Annotated[
    Style | None,
    typer.Option("--format", "-f", help="How to write the rows; a table, if nothing says else."),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="Write to this file; its ending tells the format."
    ),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="TIME",
        help="From then on: 2026-03-01T10:14Z, 10:14, 'yesterday 10:00', '30 min ago', -30m.",
    ),
]
Until = Annotated[
    str | None,
    typer.Option("--until", metavar="TIME", help="Before then; +5m is so long after --since."),
]
Zone = Annotated[
    str | None,
    typer.Option(
        "--tz",
        metavar="ZONE",
        help="The zone of times in tables, and of typed ones that state none: Europe/Berlin.",
        autocompletion=completion.zones,
    ),
]
Queries = Annotated[
    Path | None,
    typer.Option(
        "--queries", metavar="DIR", help="Queries of your own.", exists=True, file_okay=False
    ),
]


def narrate(text: str) -> None:
    """Tell a person something on stderr; what logs and paths say can't act on the terminal."""
    from logsleuth.renderers.text import encodable, sanitise

    typer.echo(sanitise(encodable(text), multiline=True), err=True)


def told_as(found: "Investigation", target: Path, form: Page | None = None) -> str:
    """Return the report as a page, or as a postmortem's draft where that is wanted."""
    markdown = target.suffix.lower() in {".md", ".markdown"} if form is None else form is Page.MD
    if markdown:
        from logsleuth.renderers import postmortem

        return postmortem.render(found)
    from logsleuth.renderers import html

    return html.render(found)


def wanted(
    style: Style | None,
    output: Path | None = None,
    tz: str | None = None,
    evidence: Sequence[str] = (),
) -> "Wanted":
    """Put together how and where an answer is wanted, and refuse what can't be written.

    Raises:
        UsageError: there is no such zone or folder, or bytes would go to a terminal.
    """
    from logsleuth.console import output as out
    from logsleuth.console.times import zone

    asked = out.Wanted(style, output, zone(tz), tuple(evidence))
    out.check(asked)
    return asked


def chosen(case: Path | None) -> Path:
    """Return the case that was named, the one that is set, or the only one here."""
    from logsleuth.case.opening import chosen as only
    from logsleuth.console import session

    return only(case or session.current().value("case"))


def assumed(zones: Sequence[str] | None) -> Sequence[str]:
    """Return the zones of lines that state none: as told, or else as they are set."""
    from logsleuth.console import session

    return zones or session.current().value("assume_tz") or ()


def own_queries(folder: Path | None) -> Path | None:
    """Return the folder of a person's own queries: as told, or else as it is set."""
    from logsleuth.console import session

    return folder or session.current().folder("queries")


def known(folder: Path | None, strings: Sequence[str] | None) -> "Callable[[], Sequence[Format]]":
    """Give what loads the formats that files may be in, where any file has to be read."""

    def load() -> "Sequence[Format]":
        from logsleuth.console import session
        from logsleuth.formats import spec

        now = session.current()
        return spec.load(folder or now.folder("formats"), strings or now.value("log_format") or ())

    return load


def diagnose(
    evidence: Sequence[str],
    case: Path | None,
    formats: "Callable[[], Sequence[Format]]",
    *,
    quiet: bool,
    zones: Sequence[str] | None = None,
) -> "Investigation":
    """Investigate evidence or a case; what went wrong in reading is among the warnings."""
    from dataclasses import replace

    from logsleuth.case.opening import opened
    from logsleuth.renderers.progress import reading

    with (
        reading(sys.stderr, quiet=quiet) as progress,
        opened(evidence, case, formats, progress, assumed(zones)) as (read, problems),
    ):
        from logsleuth.investigation import investigate

        found = investigate(read)
    warnings = tuple(dict.fromkeys((*problems, *found.warnings)))
    return replace(found, warnings=warnings)
