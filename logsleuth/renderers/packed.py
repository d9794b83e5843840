"""Times of figures written short: a chart repeats the same hundreds of them for every line."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import Any, Final

_FEW: Final = 3


def pack(figure: dict[str, Any]) -> dict[str, Any]:
    """Replace each list of times by where it begins and the milliseconds between neighbours.

    `x` becomes `{"from": TIME, "steps": [MS, ...]}`, or `{"from": TIME, "step": MS, "count": N}`
    where all steps are alike.
    """
    data = [
        {**trace, "x": _times(trace["x"])} if len(trace.get("x", ())) >= _FEW else trace
        for trace in figure["data"]
    ]
    return {**figure, "data": data}


def _times(written: list[str]) -> dict[str, Any]:
    stamps = [datetime.fromisoformat(one) for one in written]
    steps = [round((later - earlier).total_seconds() * 1000) for earlier, later in pairwise(stamps)]
    if len(set(steps)) == 1:
        return {"from": written[0], "step": steps[0], "count": len(written)}
    return {"from": written[0], "steps": steps}
