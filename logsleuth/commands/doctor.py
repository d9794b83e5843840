"""`doctor`: shows what is set by what, what was found on this machine, and what is unusable."""

import typer

from logsleuth.commands import Formats, Output, Queries, ReadCase, Table, wanted

_COLUMNS = ["about", "name", "value", "source", "state"]
_UNUSABLE = 2


def doctor(
    case: ReadCase = None,
    formats: Formats = None,
    queries: Queries = None,
    style: Table = None,
    output: Output = None,
) -> None:
    """Show what is set by what, what this machine has, and what is unusable.

    The exit status is 0 unless something is unusable.

    \b
    logsleuth doctor
    logsleuth doctor --format json --isolated
    """
    from logsleuth.console import checkup, session
    from logsleuth.console.output import Answer, put

    now = session.current()
    given = {"case": case, "formats": formats, "queries": queries}
    found = checkup.findings(now, {name: path for name, path in given.items() if path is not None})
    if any(one.about == "setting" and one.state == checkup.UNUSABLE for one in found):
        session.use(now.bare())
    asked = wanted(style, output)
    rows = [(one.about, one.name, one.value, one.source, one.state) for one in found]
    put(Answer(_COLUMNS, rows, [str] * len(_COLUMNS)), asked)
    if any(one.state == checkup.UNUSABLE for one in found):
        raise typer.Exit(_UNUSABLE)
