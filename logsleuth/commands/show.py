"""`show`: prints the original bytes of an event, their file and their line."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from logsleuth.commands import Formats, LogFormat, Quiet, ReadCase, known, narrate

if TYPE_CHECKING:
    from logsleuth.case.show import Shown


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
    formats: Formats = None,
    log_format: LogFormat = None,
    quiet: Quiet = False,
) -> None:
    """Print the original bytes of an event, with file and line.

    \b
    logsleuth show 3f9a1c44d1e8:1042 --case incident.duckdb --context 3
    logsleuth show 3f9a1c44d1e8:1042 logs/
    """
    from logsleuth.case.opening import chosen, opened
    from logsleuth.case.show import show as read
    from logsleuth.renderers.progress import reading

    given = list(evidence or ()) or [str(chosen(case))]
    kept = case if evidence else None
    with (
        reading(sys.stderr, quiet=quiet) as progress,
        opened(given, kept, known(formats, log_format), progress) as (opened_case, _),
    ):
        shown = read(opened_case, event_id, context=context, verify=verify)
    if shown.note and not quiet:
        narrate(f"warning: {shown.note}")
    _write(shown.bytes if raw else _page(shown, numbered=context > 0), raw=raw)


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
