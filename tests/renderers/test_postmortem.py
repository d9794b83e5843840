from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt

from logsleuth.model import Moment
from logsleuth.renderers import postmortem
from tests.renderers import builder, scene

if TYPE_CHECKING:
    from logsleuth.model import Investigation

ORDER = (
    "Summary", "Impact", "Root cause", "Trigger", "Detection", "Resolution", "Timeline",
    "What went well", "What went badly", "Action items", "Corrective measures proposed",
    "Evidence", "How to reproduce",
)  # fmt: skip


def sections(markdown: str) -> dict[str, str]:
    parts = re.split(r"^## (.*)$", markdown, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_sections_are_in_the_order_of_postmortems(any_shape: Investigation) -> None:
    assert tuple(sections(postmortem.render(any_shape))) == ORDER


def test_it_tells_what_the_evidence_does(rich: Investigation) -> None:
    told = sections(postmortem.render(rich))
    assert "until 2026-03-01 10:31:40, 17 min 35 s" in told["Summary"]
    assert "Ruled out: database." in told["Summary"]
    assert "Failed requests: 6,541 of 52,750, 12.4 %; before, 0.31 %" in told["Impact"]
    assert "with the intended shares" in told["Impact"]
    assert "**balancer › skewed-selection**, `10.0.0.1:8080`" in told["Root cause"]
    assert "reload" in told["Trigger"]
    assert "2026-03-01 10:14:05.120" in told["Detection"]
    assert "Back at the baseline: 2026-03-01 10:31:40" in told["Resolution"]
    assert f"`{scene.FIRST_502}`" in told["Timeline"]
    assert "log_min_duration_statement" in told["What went badly"].replace("\\", "")
    assert f"`{scene.EXHAUSTED}` `evidence/app/app-1.log:5120`" in told["Evidence"]


def test_measures_are_those_of_the_runbook(rich: Investigation) -> None:
    assert rich.runbook is not None
    told = sections(postmortem.render(rich))["Corrective measures proposed"]
    for place, step in enumerate(rich.runbook.prevent, 1):
        assert f"{place}. {step.text}" in told


def test_people_have_room(any_shape: Investigation) -> None:
    told = sections(postmortem.render(any_shape))
    for title in ("Impact", "Detection", "Resolution", "Timeline", "What went well",
                  "What went badly", "Action items"):  # fmt: skip
        assert postmortem.TO_FILL_IN in told[title]


def test_notes_are_marked_as_theirs(rich: Investigation) -> None:
    noted = Moment(scene.ENDED, "note", "people", "rolled back", ())
    told = postmortem.render(dataclasses.replace(rich, timeline=(*rich.timeline, noted)))
    assert "| 2026-03-01 10:31:40 | noted by people | rolled back |  |" in told
    assert "Shortly before: 2026-03-01 10:31:40, rolled back" in told
    assert "Noted by people: 2026-03-01 10:31:40, rolled back" in sections(told)["Detection"]
    many = (rich.timeline[0],) * 200
    crowded = postmortem.render(dataclasses.replace(rich, timeline=(*many, noted)))
    assert "noted by people | rolled back" in crowded


def test_an_incident_without_a_cause_says_so() -> None:
    told = sections(postmortem.render(builder.unexplained()))
    assert "Not over when the evidence ends" in told["Resolution"]
    assert "No fault is named" in told["Corrective measures proposed"]
    assert "Would decide it" in told["Root cause"] or "inconclusive" in told["Root cause"]


@pytest.mark.parametrize("shape", ["rich", "unexplained"])
def test_hostile_text_makes_no_other_document(shape: str) -> None:
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    clean = getattr(builder, shape)()
    hostile = builder.poisoned(clean, "`*_[x](javascript:1)<img src=x>|# \x1b\u202e\u2028")
    # Runbooks are ours, and a kind is a word of the analyses.
    kinds = [moment.kind for moment in clean.timeline]
    told = [
        dataclasses.replace(moment, kind=kind)
        for moment, kind in zip(hostile.timeline, kinds, strict=True)
    ]
    hostile = dataclasses.replace(hostile, runbook=clean.runbook, timeline=tuple(told))
    found = [
        [token.type for token in reader.parse(postmortem.render(one))] for one in (clean, hostile)
    ]
    assert found[0] == found[1]
    shown = reader.render(postmortem.render(hostile))
    assert "<img" not in shown
    assert "<a " not in shown
    assert all(char.isprintable() or char in "\n\t" for char in shown)


def test_long_lists_end_and_say_so(rich: Investigation) -> None:
    many = dataclasses.replace(rich, timeline=rich.timeline * 20, cited=rich.cited * 20)
    told = sections(postmortem.render(many))
    assert "100 later moments left out" in told["Timeline"]
    assert "100 more lines" in told["Evidence"]
