"""`formats`: lists the formats, or says how a file would be read and why."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from logsleuth.commands import Formats, LogFormat, Output, Table, known, narrate, wanted

if TYPE_CHECKING:
    from logsleuth.evidence.discover import EvidenceFile
    from logsleuth.formats.reader import Reader
    from logsleuth.formats.spec import Format

_SAMPLE = 256 << 10
_COLUMNS = {
    "file": str, "format": str, "role": str, "lines_read": float, "found": str, "columns": str,
    "next_best": str,
}  # fmt: skip
_LISTED = ["format", "role", "title", "kind"]


def formats(
    evidence: Annotated[
        list[str] | None,
        typer.Argument(metavar="[EVIDENCE...]", help="Say how these would be read, and why."),
    ] = None,
    style: Table = None,
    output: Output = None,
    own: Formats = None,
    log_format: LogFormat = None,
) -> None:
    """List the formats, or say how files would be read and why.

    \b
    logsleuth formats
    logsleuth formats access.log app.json --format md
    """
    from logsleuth.console.output import Answer, put

    asked = wanted(style, output, evidence=evidence or ())
    every = known(own, log_format)()
    if evidence:
        put(Answer([*_COLUMNS], _explained(evidence, every), [*_COLUMNS.values()]), asked)
        return
    rows = [(one.name, one.role, one.title, _kinds(one)) for one in every]
    put(Answer(_LISTED, rows, [str] * len(_LISTED)), asked)


def _kinds(spec: "Format") -> str:
    return ", ".join(dict.fromkeys(shape.kind for shape in spec.shapes))


def _explained(evidence: list[str], known: Sequence["Format"]) -> list[list[object]]:
    from logsleuth.evidence.discover import discover

    with TemporaryDirectory(prefix="logsleuth-") as scratch:
        found, problems = discover(evidence, Path(scratch))
        rows = [_explain(file, known) for file in found]
    for problem in problems:
        narrate(f"warning: {problem}")
    return rows


def _explain(file: "EvidenceFile", known: Sequence["Format"]) -> list[object]:
    from logsleuth.evidence.configuration.read import looks_like
    from logsleuth.formats import detect

    data = _head(file)
    if looks_like(file.name, data):
        return [file.name, "configuration", "configuration", None, None, None, None]
    lines = detect.sample(data.decode("utf-8", "replace"))
    reader = detect.detect(lines, known)
    if reader is None:
        return [file.name, None, None, None, "no format reads half of its lines", None, None]
    found = " ".join(part for part in (_wrapped(reader), reader.described) if part)
    columns = " ".join(sorted(reader.columns))
    others = [spec for spec in known if spec.name != reader.format]
    second = detect.detect(lines, others)
    next_best = f"{second.format} {second.share:.0%}" if second else None
    return [file.name, reader.format, reader.role, reader.share, found, columns, next_best]


def _wrapped(reader: "Reader") -> str:
    if reader.envelopes:
        return f"in {' in '.join(one.name for one in reversed(reader.envelopes))}:"
    return "" if reader.wrapper == "none" else f"behind a {reader.wrapper} header:"


def _head(file: "EvidenceFile") -> bytes:
    """The first bytes of a file, up to a line end where there is more."""
    from logsleuth.evidence import files

    try:
        data = next(files.blocks(file.path, _SAMPLE), b"")
    except files.Damaged as damage:
        data = damage.rest
    return data if len(data) < _SAMPLE else data[: data.rfind(b"\n") + 1] or data
