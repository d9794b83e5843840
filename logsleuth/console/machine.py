"""How many cores and how much memory there are to use, by the system and by its control groups."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_ROOT: Final = Path("/")
_KIB: Final = 1 << 10
# What version 1 of control groups writes for "no limit": the largest number of pages.
_NO_LIMIT: Final = 1 << 60


def cores(root: Path = _ROOT) -> tuple[float, str]:
    """Return how many cores may be used, and what says so."""
    try:
        own, source = len(os.sched_getaffinity(0)), "affinity"
    except AttributeError:
        own, source = os.cpu_count() or 1, "system"
    limit = _quota(root)
    return (limit, "control group") if limit is not None and limit < own else (own, source)


def memory(root: Path = _ROOT) -> tuple[int | None, str]:
    """Return how many bytes of memory may be used, and what says so; None if nothing does."""
    limits = [
        (limit, "control group")
        for name in ("memory.max", "memory/memory.limit_in_bytes")
        for limit in [_number(root / "sys/fs/cgroup" / name)]
        if limit is not None and limit < _NO_LIMIT
    ]
    total = _total(root)
    return min([*limits, *([(total, "system")] if total else [])], default=(None, "system"))


def _quota(root: Path) -> float | None:
    words = _text(root / "sys/fs/cgroup/cpu.max").split()
    if len(words) == 2 and words[0].isdigit() and words[1].isdigit():
        return round(int(words[0]) / int(words[1]), 2)
    quota = _number(root / "sys/fs/cgroup/cpu/cpu.cfs_quota_us")
    period = _number(root / "sys/fs/cgroup/cpu/cpu.cfs_period_us")
    return round(quota / period, 2) if quota and period else None


def _total(root: Path) -> int | None:
    for line in _text(root / "proc/meminfo").splitlines():
        if line.startswith("MemTotal:"):
            return int(line.split()[1]) * _KIB
    return None


def _number(path: Path) -> int | None:
    text = _text(path).strip()
    return int(text) if text.isdigit() else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
