"""Makes tracebacks say where the code would be in production, not in this repository."""

from __future__ import annotations

import re
import sys
from pathlib import Path

_HERE = str(Path(__file__).parent)
_PACKAGES = re.compile(r'"[^"]*/(?:site|dist)-packages/')
_STANDARD = re.compile(rf'"{re.escape(sys.base_prefix)}/lib/python[\d.]+/')


def tidy(text: str) -> str:
    """A traceback with production's paths, and without a last newline."""
    text = text.replace(f"{_HERE}/", "/srv/app/")
    text = _PACKAGES.sub('"/srv/venv/lib/python3/site-packages/', text)
    return _STANDARD.sub('"/usr/lib/python3/', text).rstrip("\n")
