"""`show`: prints the original bytes of an event, their file and their line."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from logsleuth.commands import (
    Formats,
    LogFormat,
    Output,
    Quiet,
    ReadCase,
    Style,
    assumed,
    chosen,
    known,
    narrate,
    wanted,
)
from logsleuth.errors import UsageError

if TYPE_CHECKING:
    from logsleuth.case.show import Shown
    from logsleuth.console.output import Wanted

_COLUMNS = {"event_id": str, "part": str, "path": str, "line": int, "text": bytes}


def show(
    event_id: Annotated[str, typer.Argument(metavar="EVENT-ID", help="As a check cites it.")],
    evidence: Annotated[
        list[str] | None,
        typer.Argument(metavar="[EVIDENCE...]", help="Look here, where there is no case."),
    ] = None,
    case: ReadCase = None,
    context: Annotated[
        int, typer.Option("--context", "-C", min=0, max=1000, help="Lines before and after.")
    ] = 0,
    verify: Annotated[
        bool, typer.Option("--verify", help="Check the SHA-256 of the file first.")
    ] = False,
    raw: Annotated[bool, typer.Option("--raw", help="The bytes untouched, and nothing else.")] = (
        False
    ),
    style: Annotated[
        Style | None, typer.Option("--format", "-f", help="Write lines as rows, not as they are.")
    ] = None,
    output: Output = None,
    formats: Formats = None,
    log_format: LogFormat = None,
    quiet: Quiet = False,
) -> None:
    """Print the original bytes of an event, with file and line.

    \b
    logsleuth show 3f9a1c44d1e8:1042 --case incident.duckdb --context 3
    logsleuth show 3f9a1c44d1e8:1042 logs/
    logsleuth show 3f9a1c44d1e8:1042 --context 3 --format json
    """
    from logsleuth.case.opening import opened
    from logsleuth.case.show import show as read
    from logsleuth.renderers.progress import reading

    asked = _asked(style, output, evidence or [], raw=raw)
    given = list(evidence or ()) or [str(chosen(case))]
    kept = case if evidence else None
    with (
        reading(sys.stderr, quiet=quiet) as progress,
        opened(given, kept, known(formats, log_format), progress, assumed(None)) as (
            opened_case,
            _,
        ),
    ):
        shown = read(opened_case, event_id, context=context, verify=verify)
    if shown.note and not quiet:
        narrate(f"warning: {shown.note}")
    if asked is not None:
        _rows(shown, asked)
    else:
        _write(shown.bytes if raw else _page(shown, numbered=context > 0), raw=raw)


def _asked(
    style: Style | None, output: Path | None, evidence: list[str], *, raw: bool
) -> "Wanted | None":
    """How rows are wanted; None: the lines themselves are, whatever is set for tables."""
    if style is None and output is None:
        return None
    if raw:
        message = "--raw gives the bytes and nothing else"
        raise UsageError(message, hint="leave out --raw, or use > FILE")
    return wanted(style, output, evidence=evidence)


def _rows(shown: "Shown", asked: "Wanted") -> None:
    from logsleuth.console.output import Answer, put

    first = shown.line - len(shown.before)
    record = shown.bytes.split(b"\n")
    parts = [*(["before"] * len(shown.before)), *(["record"] * len(record))]
    parts += ["after"] * len(shown.after)
    lines = [*shown.before, *record, *shown.after]
    rows = [
        (shown.event_id, part, shown.path, first + place, line)
        for place, (part, line) in enumerate(zip(parts, lines, strict=True))
    ]
    put(Answer([*_COLUMNS], rows, [*_COLUMNS.values()]), asked)


def _write(data: bytes, *, raw: bool) -> None:
    from logsleuth.renderers.text import sanitise

    if sys.stdout.isatty() and not raw:
        sys.stdout.write(sanitise(data.decode("utf-8", "replace"), multiline=True))
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(data)


def _page(shown: "Shown", *, numbered: bool) -> bytes:
    where = f"{shown.path}:{shown.line}  byte {shown.byte_offset}, {shown.byte_length} bytes\n"
    head = where.encode("utf-8", "backslashreplace")
    if not numbered:
        return head + shown.bytes + b"\n"
    first = shown.line - len(shown.before)
    record = shown.bytes.split(b"\n")
    lines = [*shown.before, *record, *shown.after]
    inside = range(shown.line, shown.line + len(record))
    numbered_lines = (
        b"%s%7d  %s\n" % (b">" if number in inside else b" ", number, line.removesuffix(b"\r"))
        for number, line in enumerate(lines, first)
    )
    return head + b"".join(numbered_lines)
