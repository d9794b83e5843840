from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from logsleuth.renderers import bundle, html, limits
from logsleuth.renderers.json import document, dumps
from logsleuth.resources import shipped
from tests.renderers import builder, scene
from tests.renderers.page import Page

if TYPE_CHECKING:
    from logsleuth.model import Investigation

ROOT = Path(__file__).parents[2]


def own_part(page: str) -> str:
    """The page without the library it carries."""
    return page.replace(bundle.packed(), "")


def test_every_section_has_a_template_and_every_template_is_used() -> None:
    folder = shipped("reports").joinpath("sections")
    names = {entry.name.removesuffix(".html.j2") for entry in folder.iterdir()}
    assert names == {*html.SECTIONS, "macros", "filter", "chosen"}


def test_every_section_is_on_the_page_once(any_shape: Investigation) -> None:
    ids = [value for _, name, value in Page(html.render(any_shape)).attributes if name == "id"]
    assert {section: ids.count(section) for section in html.SECTIONS} == dict.fromkeys(
        html.SECTIONS, 1
    )


def test_no_id_is_used_twice_and_no_link_is_broken(any_shape: Investigation) -> None:
    page = Page(html.render(any_shape))
    ids = [value for _, name, value in page.attributes if name == "id"]
    links = {value for tag, name, value in page.attributes if (tag, name) == ("a", "href")}
    assert len(ids) == len(set(ids))
    assert links <= {f"#{one}" for one in ids}


def test_what_can_be_linked_to_has_an_id_that_stays(rich: Investigation) -> None:
    page = html.render(rich)
    for place in (
        "timeline", "h-database", "pool-web", "server-web-10.0.0.1:8080",
        "moment-20260301T101405.120-onset",
    ):  # fmt: skip
        assert f'id="{place}"' in page
        assert f'<a class="here" href="#{place}"' in page
    checks = sum(len(one.checks) for one in rich.hypotheses)
    assert page.count('<tr id="check-') == checks
    fewer = dataclasses.replace(rich, hypotheses=rich.hypotheses[1:])
    kept = re.findall(r'<tr id="(check-[^"]+)"', html.render(fewer))
    assert set(kept) < set(re.findall(r'<tr id="(check-[^"]+)"', page))


def test_the_first_screen_tells_the_story(rich: Investigation) -> None:
    first = Page(html.render(rich).split('id="timeline"')[0]).text
    for part in (
        "Incident · over 2026-03-01 10:14:05.120 UTC",
        "The balancer sent 70 % of pool web to 10.0.0.1:8080 instead of 25 %",
        "17 min 35 s until 10:31:40 UTC",
        "12.4 % 6,541 of 52,750 requests; baseline 0.31 %",
        "4.21 s baseline 310 ms",
        "Confidence 93 %",
        "✖ implicated",
        "✔ ruled out Three servers used the same database",
        "2 warnings about the evidence",
    ):
        assert part in first


def test_no_incident_says_what_was_examined() -> None:
    text = Page(html.render(builder.quiet())).text
    assert "No incident found Examined 8 files, 271,639 lines" in text


def test_evidence_is_cited_with_its_place(rich: Investigation) -> None:
    page = html.render(rich)
    assert f'<li id="e-{scene.EXHAUSTED}">' in page
    assert f'href="#e-{scene.EXHAUSTED}"' in page
    assert "evidence/app/app-1.log:5120" in page
    assert "Traceback (most recent call last):\n  File &#34;/srv/app/pool.py&#34;" in page


def test_the_sections_are_in_the_order_in_which_people_ask(rich: Investigation) -> None:
    page = html.render(rich)
    asked = ("verdict", "timeline", "shares", "hypotheses", "attribution", "time", "messages",
             "counterfactual", "runbook", "sources", "evidence", "reproduce")  # fmt: skip
    places = [page.index(f'id="{section}"') for section in asked]
    assert places == sorted(places)


def test_cited_lines_stand_in_their_context(rich: Investigation) -> None:
    page = html.render(rich)
    part = page.split(f'id="e-{scene.EXHAUSTED}"')[1].split("</li>")[0]
    around = part.split('<pre class="around">')[1]
    assert (
        around.index("one before") < around.index("<mark>ERROR app.pool") < around.index("</mark>")
    )
    assert around.index("</mark>\none after\nanother") > 0


def test_a_waterfall_is_labelled_and_its_lines_stand_beneath(rich: Investigation) -> None:
    page = html.render(rich)
    card = page[page.index('class="card waterfall"') :]
    card = card[: card.index("</article>")]
    assert "The first that failed" in card
    assert "2 lines, as written" in card
    assert card.index("</table>") < card.index('<pre class="written">')


def test_a_gap_is_told_in_a_table(rich: Investigation) -> None:
    part = html.render(rich).split('class="gaps"')[1].split("</table>")[0]
    text = Page(part).text
    assert "evidence/db/postgresql.log database 2026-03-01 10:30:00 2026-03-01 10:34:00 41" in text


def test_a_query_is_in_the_page_once(rich: Investigation) -> None:
    page = own_part(html.render(rich))
    body = page.split('id="logsleuth-investigation"')[0]
    escaped = scene.SHOW_SHARES.replace("'", "&#39;").replace(">", "&gt;").replace("<", "&lt;")
    assert body.count(escaped) == 1
    assert "the same as above" in body


def test_every_time_that_is_told_can_be_told_in_another_zone(rich: Investigation) -> None:
    page = own_part(html.render(rich)).split('id="logsleuth-investigation"')[0]
    for name in ("evidence", "reproduce", "runbook"):
        # Lines are as they were written, and commands are in UTC.
        page = re.sub(f'<section id="{name}".*?</section>', "", page, flags=re.DOTALL)
    bare = re.sub(r"<(time|pre|title)\b.*?</\1>", "", page, flags=re.DOTALL)
    assert re.findall(r"\d\d:\d\d:\d\d", Page(bare).text) == []
    assert page.count("<time ") > 30


def test_the_runbook_of_the_fault_is_before_the_evidence(rich: Investigation) -> None:
    page = html.render(rich)
    assert page.index('id="runbook"') < page.index('id="sources"') < page.index('id="evidence"')
    part = page.split('id="runbook"')[1].split("</section>")[0]
    book = rich.runbook
    assert book is not None
    text = Page(part).text
    for step in (*book.confirm, *book.resolve, *book.prevent):
        assert all(piece.strip() in text for piece in step.text.split("`"))
    assert "ONSET=2026-03-01T10:14:05.120Z" in part
    assert "<code>$upstream_addr</code>" in part
    assert part.count("<details") == 5
    assert part.count('<details class="part" open') == 1


def test_without_a_fault_the_page_says_where_the_runbooks_are() -> None:
    page = html.render(builder.unexplained())
    part = page.split('id="runbook"')[1].split("</section>")[0]
    assert "logsleuth explain" in part
    assert "<details" not in part


def test_code_in_prose_is_escaped(rich: Investigation) -> None:
    assert rich.runbook is not None
    book = dataclasses.replace(rich.runbook, what="a <b> `<i>\x1b` c")
    page = html.render(dataclasses.replace(rich, runbook=book))
    assert "a &lt;b&gt; <code>&lt;i&gt;⟨ESC⟩</code> c" in page


def test_an_event_that_is_not_cited_is_no_link() -> None:
    page = html.render(builder.unexplained())
    assert "#e-" not in own_part(page)
    assert f'title="logsleuth show {scene.RELOAD}"' in page


def test_the_document_is_in_the_page(any_shape: Investigation) -> None:
    page = Page(html.render(any_shape))
    held = json.loads(page.script(id="logsleuth-investigation"))
    figures = held.pop("series")
    assert held == document(limits.fitted(any_shape)[0])
    assert figures["traffic"]["requests"] == [b.requests for b in any_shape.series.traffic]
    assert [gap["path"] for gap in figures["gaps"]] == [g.path for g in any_shape.series.gaps]


def test_nothing_in_the_evidence_becomes_markup(
    rich: Investigation, hostile: Investigation
) -> None:
    clean, poisoned = Page(html.render(rich)), Page(html.render(hostile))
    assert poisoned.elements == clean.elements
    assert len(poisoned.scripts) == len(clean.scripts)
    assert poisoned.programs == clean.programs


def test_nothing_in_the_evidence_reaches_the_page_raw(hostile: Investigation) -> None:
    page = own_part(html.render(hostile))
    assert all(char.isprintable() or char in "\n\t" for char in page)
    assert "⟨U+202E⟩" in page
    assert "⟨ESC⟩[31m" in page


def test_no_figure_holds_markup_of_the_evidence(hostile: Investigation) -> None:
    page = Page(html.render(hostile))
    figures = [text for given, text in page.scripts if "data-figure" in given]
    assert figures
    for figure in figures:
        assert "<" not in figure
        assert "<script" not in json.dumps(json.loads(figure))


def test_the_policy_lets_only_our_scripts_run(rich: Investigation) -> None:
    page = Page(html.render(rich))
    policy = next(v for tag, name, v in page.attributes if name == "content" and "src" in v)
    digests = [
        "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"
        for text in (*page.programs, bundle.code())
    ]
    assert len(digests) == 2
    assert re.search(r"script-src ([^;]*);", policy)[1].split() == digests  # type: ignore[index]
    assert policy.startswith("default-src 'none';")
    assert "http" not in policy


def test_the_page_loads_nothing(any_shape: Investigation) -> None:
    page = Page(html.render(any_shape))
    named = [(tag, name) for tag, name, _ in page.attributes if name in {"src", "srcset", "action"}]
    assert named == []
    assert not [tag for tag, _ in page.elements if tag in {"link", "iframe", "object", "base"}]
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]


def test_the_library_is_there_once_and_only_if_there_is_a_figure(rich: Investigation) -> None:
    assert html.render(rich).count(bundle.packed()) == 1
    assert 'id="plotly"' not in html.render(builder.empty())


def test_the_page_is_of_a_bearable_size(rich: Investigation) -> None:
    assert len(html.render(rich).encode()) < 800_000
    assert len(own_part(html.render(rich)).encode()) < 290_000


def crowded(rich: Investigation) -> Investigation:
    """More of everything than anybody could read, and texts without an end."""
    lines = tuple(
        dataclasses.replace(
            rich.cited[place % 7], event_id=f"0123456789ab:{place}", text="x" * 4096
        )
        for place in range(3000)
    )
    check = dataclasses.replace(rich.hypotheses[0].checks[0], explanation="y" * 100_000)
    checks = dataclasses.replace(rich.hypotheses[0], checks=(check,) * 500)
    return dataclasses.replace(
        rich, cited=lines, hypotheses=(checks, *rich.hypotheses[1:]), timeline=rich.timeline * 200,
        sources=rich.sources * 300, warnings=("z" * 9000,) * 900,
    )  # fmt: skip


def test_no_page_is_too_large_and_it_says_what_it_leaves_out(rich: Investigation) -> None:
    page = html.render(crowded(rich))
    assert len(page.encode()) <= limits.HARD_BYTES
    first = Page(page.split('id="timeline"')[0]).text
    assert re.search(r"Left out: .*of 2,400 files.*of 1,600 moments.*of 3,000 cited lines", first)
    assert "logsleuth investigate --json" in first
    held = json.loads(Page(page).script(id="logsleuth-investigation"))
    assert 0 < len(held["cited"]) < 3000
    # The account of the lines is of all files, whatever the table shows.
    assert f"{crowded(rich).total('lines'):,} lines" in Page(page).text


def test_a_page_that_fits_leaves_nothing_out(rich: Investigation) -> None:
    assert limits.fitted(rich) == (rich, ())
    assert "Left out" not in html.render(rich)


@pytest.mark.parametrize("seed", ["0", "1"])
def test_two_runs_give_the_same_bytes(rich: Investigation, seed: str) -> None:
    script = (
        "import hashlib\nfrom tests.renderers.builder import rich\n"
        "from logsleuth.renderers.html import render\n"
        "from logsleuth.renderers.json import dumps\n"
        "print(hashlib.sha256((render(rich()) + dumps(rich())).encode()).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed, "TZ": "America/New_York"},
        capture_output=True,
        text=True,
        check=True,
    )
    both = html.render(rich) + dumps(rich)
    assert done.stdout.strip() == hashlib.sha256(both.encode()).hexdigest()


def test_anchors_hold_only_what_an_id_may() -> None:
    assert html.anchor("9b7fe3307d41-2:88214") == "e-9b7fe3307d41-2:88214"
    assert html.anchor("\"> \x1b'") == "e-_____"


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_has_the_contrast_of_wcag_aa(theme: int) -> None:
    style = shipped("reports").joinpath("style.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", blocks[theme]))
    grounds = ("paper", "ground")
    pairs = [(text, ground) for text in ("ink", "soft", "accent") for ground in grounds]
    for name in ("bad", "good", "doubt", "mute"):
        pairs += [(name, f"{name}-tint"), (name, "paper"), ("ink", f"{name}-tint")]
    pairs += [("accent", "tint"), ("soft", "mute-tint")]
    for text, ground in pairs:
        assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    assert contrast(colours["stop"], "#ffffff") >= 4.5
