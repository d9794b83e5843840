"""The lab's command line: record incidents, write them again, and see what is found in them."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lab import app
from tests.lab.batch import batch
from tests.lab.exam import exam
from tests.lab.faults import SCENARIOS
from tests.lab.record import plan_for, record
from tests.lab.tools import LabError
from tests.lab.variants import WAYS, rewrite

if TYPE_CHECKING:
    from types import FrameType


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("record", help="record one incident")
    one.add_argument("--fault", choices=sorted(SCENARIOS), required=True)
    one.add_argument("--seed", type=int, default=1)
    one.add_argument("--seconds", type=float, help="by seed where absent")
    one.add_argument("--out", type=Path, required=True)
    one.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="settings")
    one.add_argument("--keep", action="store_true", help="leave the servers' folders behind")
    many = commands.add_parser("batch", help="record many, fault and parameters by seed")
    many.add_argument("--out", type=Path, required=True)
    many.add_argument("--count", type=int, default=20)
    many.add_argument("--first-seed", type=int, default=1)
    many.add_argument("--seconds", type=float, help="by seed where absent")
    many.add_argument("--fault", choices=sorted(SCENARIOS), action="append", default=[])
    sat = commands.add_parser("exam", help="investigate recorded cases and mark the answers")
    sat.add_argument("folders", type=Path, nargs="+")
    worse = commands.add_parser("degrade", help="write recorded cases again, harder to read")
    worse.add_argument("folders", type=Path, nargs="+", help="cases, or folders of them")
    worse.add_argument("--how", choices=sorted(WAYS), action="append", help="each way by default")
    worse.add_argument("--out", type=Path, required=True)
    inner = commands.add_parser("app", help="run an instance of the application (internal)")
    inner.add_argument("config", type=Path)
    return parser


def _value(text: str, old: object) -> object:
    """A setting in the type that the plan's own value has."""
    if isinstance(old, bool):
        return text == "true"
    if isinstance(old, int):
        return int(text)
    if isinstance(old, float) or old is None:
        return None if text == "none" else float(text)
    return text


def _record(options: argparse.Namespace) -> None:
    plan = plan_for(options.fault, options.seed, options.seconds)
    for setting in options.settings:
        name, _, text = setting.partition("=")
        if name not in vars(plan):
            message = f"a plan has no {name}"
            raise LabError(message)
        setattr(plan, name, _value(text, getattr(plan, name)))
    truth = record(plan, options.out, options.keep)
    sys.stdout.write(f"{truth['id']}: {truth['notes']}, {truth['lines']} lines\n")


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """Being told to end is no reason to leave servers behind."""
    raise KeyboardInterrupt


def main() -> int:
    """Do what the command line says."""
    options = _parser().parse_args()
    if options.command == "app":
        asyncio.run(app.run(options.config))
        return 0
    if options.command == "degrade":
        for told in rewrite(options.folders, options.how or list(WAYS), options.out):
            sys.stdout.write(f"{told}\n")
        return 0
    if options.command == "exam":
        exam(options.folders)
        return 0
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        if options.command == "record":
            _record(options)
        else:
            batch(options.out, options.count, options.first_seed, options.seconds, options.fault)
    except LabError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
