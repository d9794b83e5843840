from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from logsleuth.renderers.marked import code, fenced, plain, row
from tests.renderers.conftest import POISON

READER = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table")
TEXTS = st.text(alphabet=st.sampled_from("ab1 `*_[]()<>#+-=.!|\\&$~:/\n\x1b\u202e"), min_size=1)


def kinds(markdown: str) -> set[str]:
    found = set()
    for token in READER.parse(markdown):
        found |= {token.type, *(child.type for child in token.children or ())}
    return found


@given(TEXTS)
def test_plain_text_is_one_paragraph_of_text(text: str) -> None:
    harmless = {"paragraph_open", "inline", "paragraph_close", "text", "text_special"}
    assert kinds("x " + plain(text)) <= harmless
    assert kinds(plain("x" + text)) <= harmless


@pytest.mark.parametrize("text", ["# a", "1. a", "12) a", "- a", "+ a", "> a", "=== ", "--- "])
def test_what_begins_a_block_does_not(text: str) -> None:
    harmless = {"paragraph_open", "inline", "paragraph_close", "text", "text_special"}
    assert kinds(plain(text)) <= harmless
    assert "paragraph_open" in kinds(plain(text))


def test_a_figure_at_the_beginning_stays() -> None:
    assert "0.99 times" in READER.render(plain("0.99 times"))
    assert "10.0.0.1:80" in READER.render(plain("10.0.0.1:80"))


@given(TEXTS)
def test_code_stays_code(text: str) -> None:
    shown = READER.render(f"a {code(text)} b")
    assert re.fullmatch(r"<p>a <code>.*</code> b</p>\n", shown)


@given(st.text(alphabet=st.sampled_from("a`~\n \t<>|"), max_size=40))
def test_nothing_ends_a_block_of_code(text: str) -> None:
    tokens = READER.parse(f"{fenced(text)}\n\nafter")
    assert [token.type for token in tokens] == [
        "fence", "paragraph_open", "inline", "paragraph_close",
    ]  # fmt: skip


@given(TEXTS, TEXTS)
def test_a_cell_stays_a_cell(one: str, other: str) -> None:
    table = "\n".join([row("a", "b"), row("---", "---"), row(plain(one), code(other))])
    tokens = [token.type for token in READER.parse(table)]
    assert tokens.count("td_open") == 2
    assert tokens.count("tr_open") == 2


def test_poison_is_shown() -> None:
    shown = READER.render(plain(POISON))
    assert "<script" not in shown
    assert "<img" not in shown
    assert "⟨ESC⟩" in shown
    assert "http&#8203;" in plain("see http://example.com")
