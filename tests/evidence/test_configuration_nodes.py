"""Trees of YAML, JSON and TOML with their lines, and files that want to harm their reader."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from logsleuth.evidence.configuration import nodes
from logsleuth.evidence.configuration.nodes import of_toml, of_yaml


def test_values_know_their_lines_and_keys_have_no_case() -> None:
    [root], problems = of_yaml("a_b:\n  - x\n  - Y: 2\n")
    assert problems == []
    assert [(n.text, n.line) for n in root.get("aB").items] == [("x", 2), (None, 3)]
    assert root.get("A-B").items[1].get("y").text == "2"
    assert [name for name, _ in root.named()] == ["a_b"]


def test_what_is_not_there_is_empty() -> None:
    [root], _ = of_yaml("a: ~\nb: ''\nc: {}\n")
    assert not root.get("nothing", "at", "all")
    assert (root.get("a").text, root.get("b").text) == (None, "")
    assert root.has("c")
    assert not root.get("c")


def test_aliases_and_merges_are_what_they_name() -> None:
    [root], _ = of_yaml("base: &b {x: 1, y: 2}\nmade: {<<: *b, y: 3}\nsame: *b\n")
    assert (root.get("made", "x").text, root.get("made", "y").text) == ("1", "3")
    assert root.get("same", "y").text == "2"


def test_aliases_that_unfold_to_very_much_are_left_out() -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    began = time.monotonic()
    _, problems = of_yaml("\n".join(levels))
    assert problems == ["line 6: too much for a configuration, the rest is left out"]
    assert time.monotonic() - began < 5


def test_an_alias_within_itself_is_nothing() -> None:
    [root], _ = of_yaml("a: &a [1, *a]\n")
    assert [n.text for n in root.get("a").items] == ["1", None]


def test_depth_is_bounded() -> None:
    for text in ("[" * 100_000, '{"a":' * 100_000, "- " * 10_000 + "x"):
        _, problems = of_yaml(text)
        assert problems
    assert of_toml("a = " + "[" * 100_000)[1]


def test_text_that_is_cut_off_keeps_what_came_before() -> None:
    [root], problems = of_yaml("a: 1\nb: [1, 2\n")
    assert root.get("a").text == "1"
    assert len(root.get("b").items) == 2
    assert problems


def test_toml_looks_up_the_lines_of_its_texts() -> None:
    [root], problems = of_toml('[[s]]\nu = "x"\n[[s]]\nu = "x"\nw = 3\nok = true\n')
    assert problems == []
    assert [n.get("u").line for n in root.get("s").items] == [2, 4]
    assert root.get("s").items[1].get("ok").text == "true"


@given(st.text(max_size=200))
def test_any_text_is_survived(text: str) -> None:
    for read in (of_yaml, of_toml):
        roots, problems = read(text)
        assert isinstance(roots, list)
        assert all(isinstance(problem, str) for problem in problems)


def test_the_loader_constructs_nothing() -> None:
    [root], _ = of_yaml("a: !!python/object/apply:os.system ['true']\n")
    assert [n.text for n in root.get("a").items] == ["true"]
    assert nodes.Node(1).line == 1
