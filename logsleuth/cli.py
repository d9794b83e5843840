"""The command line: one line a command, and the one place that turns errors into a status."""

import gc
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from enum import StrEnum
from io import TextIOWrapper
from typing import Annotated, Final, NoReturn, cast

import typer

from logsleuth import __version__
from logsleuth.commands import narrate
from logsleuth.commands.browse import browse
from logsleuth.commands.compare import compare
from logsleuth.commands.coverage import coverage
from logsleuth.commands.doctor import doctor
from logsleuth.commands.explain import explain
from logsleuth.commands.formats import formats
from logsleuth.commands.ingest import ingest
from logsleuth.commands.investigate import investigate
from logsleuth.commands.note import note
from logsleuth.commands.query import query
from logsleuth.commands.report import report
from logsleuth.commands.shares import shares
from logsleuth.commands.show import show
from logsleuth.commands.sql import sql
from logsleuth.commands.timeline import timeline
from logsleuth.commands.waterfall import waterfall
from logsleuth.console import bash, misuse, session, words
from logsleuth.errors import LogsleuthError

_COMPLETE: Final = "_LOGSLEUTH_COMPLETE"
_YOUNG: Final = 100_000
_INTERRUPTED: Final = 130
_PIPE_CLOSED: Final = 141
_UNEXPECTED: Final = 70
# Click's UsageError, wherever the installed Typer has its Click from.
_Misused = cast(type[Exception], typer.BadParameter.__base__)

_EPILOG = """
Exit status: 0 it ran, whatever it found; 1 --fail-on was met; 2 the arguments are unusable;
3 no line of the evidence could be read as a log; 70 a fault of logsleuth; 130 interrupted.
"""

app = typer.Typer(
    name="logsleuth",
    epilog=_EPILOG,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(investigate)
app.command()(ingest)
app.command()(query)
app.command()(sql)
app.command()(timeline)
app.command()(waterfall)
app.command()(shares)
app.command()(coverage)
app.command()(compare)
app.command()(show)
app.command()(browse)
app.command()(note)
app.command()(report)
app.command()(explain)
app.command()(formats)
app.command()(doctor)


class Color(StrEnum):
    """What `--color` may say."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"logsleuth {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    color: Annotated[
        Color | None,
        typer.Option("--color", help="Colours; a terminal gets some unless NO_COLOR is set."),
    ] = None,
    no_pager: Annotated[
        bool, typer.Option("--no-pager", help="Long answers scroll by on a terminal.")
    ] = False,
    isolated: Annotated[bool, typer.Option("--isolated", help="Read no logsleuth.toml.")] = False,
) -> None:
    """Find out from the logs which layer broke a web service, and which layers did not."""
    del version, debug  # Typer has acted on the one; `main` looks for the other itself.
    session.begin(session.Flags(color, pager=not no_pager, isolated=isolated))


def program() -> NoReturn:
    """Run as a program, and leave at once: to free all that it held takes a tenth of a second."""
    status = main()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit status."""
    # Modules that are being imported hold no garbage: to look for some takes a tenth of the start.
    gc.set_threshold(_YOUNG)
    # Sums of a few hundred numbers need no threads, which take time to start, and to wait for work.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    given = list(sys.argv[1:] if arguments is None else arguments)
    typed = words.program_first(given)
    debug = "--debug" in typed
    session.begin()
    _tolerate_encoding()
    if os.environ.get(_COMPLETE) == "complete_bash":
        status, offered = bash.completed(os.environ, lambda: _run(typed))
        typer.echo(offered, nl=False)
        return status
    try:
        return _run(typed if set(typed) - {"--debug"} else ["--help"])
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told in a line
        if debug:
            traceback.print_exc()
        return _tell(error, "" if debug else "run again with --debug")


def _tolerate_encoding() -> None:
    """A terminal that can't write a character gets its number: better than no answer."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _run(typed: Sequence[str]) -> int:
    try:
        status = app(args=typed, prog_name="logsleuth", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        return _quietly()
    except (KeyboardInterrupt, typer.Abort):
        return _INTERRUPTED
    except RuntimeError as error:
        # What DuckDB makes of Ctrl-C in the middle of a statement.
        if str(error) != "Query interrupted":
            raise
        return _INTERRUPTED
    except SystemExit as stop:
        # Typer leaves with 1 when a pipe is closed, and 1 is for --fail-on.
        broken = isinstance(stop.__context__, BrokenPipeError)
        return _quietly() if broken else int(stop.code or 0)
    return status if isinstance(status, int) else 0


def _quietly() -> int:
    """Nobody reads on: let the interpreter's last flush go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
    return _PIPE_CLOSED


def _tell(error: Exception, hint: str) -> int:
    if isinstance(error, LogsleuthError):
        return _say(str(error), error.hint, error.exit_status)
    if isinstance(error, _Misused):
        context = getattr(error, "ctx", None)
        path = context.command_path if context else "logsleuth"
        hint = " ".join(part for part in (misuse.meant(error), f"{path} --help") if part)
        return _say(_sentence(error), hint, LogsleuthError.exit_status)
    if isinstance(error, OSError) and error.filename is not None:
        message = f"{error.filename}: {error.strerror}"
        return _say(message, "is the path right, and may it be used?", LogsleuthError.exit_status)
    message = f"unexpected {type(error).__name__}: {error}".splitlines()[0]
    return _say(message, hint, _UNEXPECTED)


def _sentence(error: Exception) -> str:
    said = error.format_message() if hasattr(error, "format_message") else str(error)
    said = said.replace("Value error, ", "")
    return said[:1].lower() + said[1:].rstrip(".")


def _say(message: str, hint: str, status: int) -> int:
    narrate(f"logsleuth: {message}")
    if hint:
        narrate(f"  hint: {hint}")
    return status
