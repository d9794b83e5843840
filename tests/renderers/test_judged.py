"""Changes judged by name, as the terminal, the report and the document show them."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

from logsleuth.renderers import html, judged, terminal
from logsleuth.renderers.json import document
from tests.renderers.page import Page

if TYPE_CHECKING:
    from logsleuth.model import Investigation


def test_the_guilty_comes_first(rich: Investigation) -> None:
    told = [change.verdict for change in judged.worst_first(rich)]
    assert told == ["guilty", "undecided", "innocent"]


def test_of_those_alike_the_nearest_to_the_onset_comes_first(rich: Investigation) -> None:
    alike = [dataclasses.replace(change, verdict="innocent") for change in rich.changes]
    told = judged.worst_first(dataclasses.replace(rich, changes=tuple(alike)))
    assert [change.kind for change in told] == ["reload", "restart", "release"]


def test_a_change_is_named_once_and_with_its_time(rich: Investigation) -> None:
    release, reload, restart = map(judged.title, rich.changes)
    assert release == "release 2.18.1 (10:11:57)"
    assert reload == "reload at 10:14:04 UTC"
    assert restart == "restart of app-1 (10:14:09)"


def test_the_terminal_has_three_in_full(rich: Investigation) -> None:
    bare = terminal.render(dataclasses.replace(rich, pools=()), width=80)
    lines = bare.splitlines()
    said = [line for line in lines if line[10:].startswith(("guilty", "undecided", "innocent"))]
    assert [line.split(":")[0].split()[-1] for line in said] == ["guilty", "undecided", "innocent"]
    assert "release 2.18.1 (10:11:57) – the 6,402 requests" in said[2]
    assert "beside 12.4% after the onset" in re.sub(r"\s+", " ", bare)


def test_beside_a_table_of_servers_it_has_two(rich: Investigation) -> None:
    said = terminal.render(rich, width=80)
    assert "guilty: reload" in said
    assert "reconfigured 1.1 s …\n" in said
    assert "innocent: release" not in said
    many = dataclasses.replace(rich, changes=rich.changes * 5)
    assert len(terminal.render(many).splitlines()) == len(terminal.render(rich).splitlines())


def test_without_changes_the_terminal_has_no_line_of_them(rich: Investigation) -> None:
    assert "changes" not in terminal.render(dataclasses.replace(rich, changes=()))


def test_the_report_has_a_row_for_each(rich: Investigation) -> None:
    said = Page(html.render(rich).split('id="changes"')[1].split("</section>")[0]).text
    for part in ("release 2.18.1", "innocent", "reload at 10:14:04 UTC", "guilty", "undecided",
                 "Would decide it: the log of app-1"):  # fmt: skip
        assert part in said


def test_a_report_without_changes_says_so(rich: Investigation) -> None:
    assert "No line of the evidence tells of a release" in html.render(
        dataclasses.replace(rich, changes=())
    )


def test_the_document_has_the_verdicts_in_order_of_time(rich: Investigation) -> None:
    told = document(rich)["changes"]
    assert [(one["kind"], one["verdict"]) for one in told] == [
        ("release", "innocent"), ("reload", "guilty"), ("restart", "undecided"),
    ]  # fmt: skip
    assert told[0]["at"] < told[0]["until"]
