from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logsleuth.renderers.text import encodable, sanitise


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("GET /café?q=1 “ok” 日本", "GET /café?q=1 “ok” 日本"),
        ("\x1b[31mred", "⟨ESC⟩[31mred"),
        ("a\x00b\x7f", "a⟨NUL⟩b⟨U+007F⟩"),
        ("\x9b2J", "⟨U+009B⟩2J"),
        ("user\u202egnp.exe", "user⟨U+202E⟩gnp.exe"),
        ("a\u2028b\u200b", "a⟨U+2028⟩b⟨U+200B⟩"),
        ("two\nlines\t", "two⟨LF⟩lines⟨TAB⟩"),
        ("no\u00a0break", "no\u00a0break"),
        ("bad \udce9", "bad ⟨U+DCE9⟩"),
    ],
)
def test_what_acts_or_hides_becomes_a_symbol(text: str, shown: str) -> None:
    assert sanitise(text) == shown


def test_line_breaks_and_tabs_are_kept_where_lines_are_wanted() -> None:
    assert sanitise("two\n\tlines\r\x1b", multiline=True) == "two\n\tlines⟨CR⟩⟨ESC⟩"


@given(st.text())
def test_nothing_unprintable_is_left_and_doing_it_twice_changes_nothing(text: str) -> None:
    shown = sanitise(text)
    assert all(char.isprintable() or char.isspace() for char in shown)
    assert not set(shown) & {"\n", "\r", "\x1b", "\u2028"}
    assert sanitise(shown) == shown


def test_unpaired_surrogates_are_spelt_out() -> None:
    assert encodable("caf\udce9").encode() == b"caf\\udce9"
