"""The ways in which an instance of the application can fail, with real exceptions."""

from __future__ import annotations

import errno
import json
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def _open_template(name: str) -> None:
    raise OSError(errno.EMFILE, "Too many open files", f"/srv/app/templates/{name}.html")


def out_of_files(_path: str) -> None:
    """The process leaked its file descriptors."""
    _open_template("page")


def _decode(cached: str) -> object:
    return json.loads(cached)


def corrupt_cache(_path: str) -> None:
    """The instance's local cache is damaged."""
    _decode('{"label": "A-11", "state": "in tra')


def missing_setting(path: str) -> None:
    """A setting isn't there on this machine."""
    settings: dict[str, str] = {"region": "north"}
    settings["tariff_table"] = settings["TARIFFS"] + path


def wrong_total(path: str) -> None:
    """A new release divides by what may be zero."""
    total = Decimal(len(path)) / Decimal(0)
    raise ValueError(total)


def no_memory(_path: str) -> None:
    """An allocation is refused."""
    message = "cannot allocate 268435456 bytes"
    raise MemoryError(message)


MISHAPS: dict[str, Callable[[str], None]] = {
    "files": out_of_files,
    "cache": corrupt_cache,
    "setting": missing_setting,
    "release": wrong_total,
    "memory": no_memory,
}
