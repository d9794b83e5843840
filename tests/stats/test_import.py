"""The package starts quickly: scipy.stats costs more than a second."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import logsleuth.stats

MODULES = sorted(path.stem for path in Path(logsleuth.stats.__path__[0]).glob("*.py"))


def test_no_module_needs_scipy_to_be_imported() -> None:
    imports = "\n".join(f"import logsleuth.stats.{name}" for name in MODULES if name != "__init__")
    script = f"{imports}\nimport sys\nprint([m for m in sys.modules if m.startswith('scipy')])"
    ran = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(logsleuth.stats.__path__[0]).parents[1],
    )
    assert ran.stdout.strip() == "[]"
