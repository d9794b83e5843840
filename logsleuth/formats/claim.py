"""Puts together the reader of a file from a format and the shapes that were bound to its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logsleuth.formats import times
from logsleuth.formats.reader import BoundField, Reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from logsleuth.formats.reader import BoundShape
    from logsleuth.formats.spec import Format, Shape


def reader(spec: Format, shapes: Sequence[BoundShape], share: float, described: str = "") -> Reader:
    """Return the reader of a format that accounts for a share of the sampled lines."""
    layouts = [
        times.BY_NAME[f.time_layout] for shape in shapes for f in shape.fields if f.time_layout
    ]
    return Reader(
        format=spec.name,
        role=spec.role,
        stamps=spec.stamps,
        shapes=tuple(shapes),
        starts=spec.starts,
        leads=spec.leads,
        zone_stated=bool(layouts) and (spec.utc or layouts[0].stated),
        step_s=layouts[0].step_s if layouts else 1.0,
        mines=spec.mines,
        share=share,
        described=described,
    )


def bind(shape: Shape, values: Mapping[str, Sequence[str]]) -> Iterator[BoundField]:
    """Bind the fields of a shape to named texts; of several times the first readable one wins."""
    for field in shape.fields:
        present = [name for name in field.sources if name in values]
        if field.type == "time":
            for name in present:
                found = times.recognise(values[name])
                if found is not None:
                    yield BoundField(field.column, "time", (name,), found.name)
                    break
        elif present:
            yield BoundField(field.column, field.type, tuple(present))
