"""The settings that there are: their names, what may be given, and where it may come from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

FORMATS: Final = ("table", "json", "jsonl", "csv", "md", "parquet")
COLORS: Final = ("auto", "always", "never")
_NARROWEST: Final = 20
_WIDEST: Final = 10_000


class RefusedError(ValueError):
    """A value that a setting can't have; the text says what is wanted."""


@dataclass(frozen=True, slots=True)
class Key:
    """A setting: its name in a file, and how a value of it is checked.

    `convert` takes a value of TOML, or the text of a variable, and returns what commands use.
    """

    name: str
    help: str
    convert: Callable[[object], object]

    @property
    def variable(self) -> str:
        """The name of its variable in the environment."""
        return f"LOGSLEUTH_{self.name.upper()}"


def zone(value: object) -> str:
    """Check the name of a zone: `Europe/Berlin`, `UTC`, `+02:00`."""
    from logsleuth.moments import zone as read

    text = _text(value)
    try:
        read(text)
    except ValueError:
        message = "a zone such as Europe/Berlin, UTC or +02:00 is wanted"
        raise RefusedError(message) from None
    return text


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        message = "a text is wanted"
        raise RefusedError(message)
    return value


def _texts(value: object) -> tuple[str, ...]:
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list) or not all(isinstance(one, str) and one for one in found):
        message = "a text or a list of texts is wanted"
        raise RefusedError(message)
    return tuple(found)


def _zones(value: object) -> tuple[str, ...]:
    """As a variable, zones are parted by commas: neither a file's name nor a zone has one here."""
    texts = _texts(value)
    return tuple(part.strip() for text in texts for part in text.split(",") if part.strip())


def _path(value: object) -> Path:
    return Path(_text(value)).expanduser()


def _one_of(*known: str) -> Callable[[object], str]:
    from logsleuth.nearest import did_you_mean

    def check(value: object) -> str:
        if not isinstance(value, str) or value not in known:
            near = did_you_mean(value, known) if isinstance(value, str) else ""
            message = f"one of {', '.join(known)} is wanted" + (f", {near}" if near else "")
            raise RefusedError(message)
        return value

    return check


def _width(value: object) -> int:
    message = f"a number of columns from {_NARROWEST} to {_WIDEST} is wanted"
    try:
        width = int(value) if isinstance(value, str | int) else 0
    except ValueError:
        raise RefusedError(message) from None
    if isinstance(value, bool) or not _NARROWEST <= width <= _WIDEST:
        raise RefusedError(message)
    return width


def _pager(value: object) -> str:
    """A command line; `false`, or an empty text, is no pager."""
    if value is False:
        return ""
    if not isinstance(value, str):
        message = 'a command such as "less -FRX" is wanted, or false'
        raise RefusedError(message)
    return "" if value.strip().lower() in {"", "never", "cat"} else value


KEYS: Final = (
    Key("case", "The case that commands read.", _path),
    Key("formats", "A folder of formats of your own.", _path),
    Key("queries", "A folder of queries of your own.", _path),
    Key("log_format", "How a balancer writes its log; one text or several.", _texts),
    Key("assume_tz", "The zone of lines that state none; one or several.", _zones),
    Key("tz", "The zone of times that are typed, and of those in tables.", zone),
    Key("format", "How rows are written.", _one_of(*FORMATS)),
    Key("color", "Whether to use colours.", _one_of(*COLORS)),
    Key("width", "The columns of a terminal.", _width),
    Key("pager", "What shows long answers on a terminal.", _pager),
)
BY_NAME: Final = {key.name: key for key in KEYS}
