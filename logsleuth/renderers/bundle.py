"""The vendored plotly.js, as it is kept, as the page carries it and as the browser runs it."""

from __future__ import annotations

import base64
import gzip
import hashlib
from typing import TYPE_CHECKING, Final

from logsleuth.resources import shipped

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAME: Final = "plotly-basic-"


def packed() -> str:
    """Return the smallest build that has lines and bars, compressed and in base64.

    The file is shipped compressed: another machine's compressor would give other bytes.
    """
    return base64.b64encode(_kept()).decode("ascii")


def code() -> str:
    """Return what the page unpacks and runs."""
    return gzip.decompress(_kept()).decode("utf-8")


def _kept() -> bytes:
    found = [
        entry
        for entry in shipped("reports").joinpath("vendor").iterdir()
        if entry.name.startswith(_NAME) and entry.name.endswith(".min.js.gz")
    ]
    return max(found, key=lambda entry: entry.name).read_bytes()


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
