"""Opening many texts at once gives what opening each of them alone does."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from logsleuth.case.objects import objects
from logsleuth.case.opened import open_all
from logsleuth.case.strings import codes_of, from_spans, joined, strings
from logsleuth.formats.envelopes import ENVELOPES, Header, opener

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logsleuth.formats.envelopes import Envelope

EXAMPLES = int(os.environ.get("LOGSLEUTH_EXAMPLES", "80"))
PROFILE = settings(deadline=None, max_examples=EXAMPLES)
AT = "2026-03-02T10:00:01.123456789Z"
WORDS = st.sampled_from(
    ["{", "}", '"', '":"', '","', '": "', "\\", '\\"', "\\n", "\\u00e9", "\\u003c", "\\u20ac",
     "\\ud83d\\ude00", "\\u0000", "\\u00", "\\x", "\n", "\r\n", "\t", "\x0b", "é", "\ufeff", " ",
     "log", "stream", "time", "MESSAGE", "__REALTIME_TIMESTAMP", "CONTAINER_PARTIAL_MESSAGE",
     "message", "host", "true", "1", "null", AT, f"{AT} stdout F ", f"{AT} stderr P:x ", "web-1 | ",
     "ERROR | ", "[pod/web-1/shop] ", "web-7f9bd shop ", "<134>Mar  2 10:00:01 web1 shop[3]: ",
     f"<134>1 {AT} web1 shop 3 - - ", "\x1b[31m", "\x1b[", "x"]
)  # fmt: skip
TEXTS = st.lists(WORDS, max_size=8).map("".join)
KEYS = st.sampled_from(
    ["log", "stream", "time", "attrs", "MESSAGE", "__REALTIME_TIMESTAMP", "_HOSTNAME", "_PID",
     "CONTAINER_PARTIAL_MESSAGE", "message", "@timestamp", "host", "line", "labels", "é", "a\nb"]
)  # fmt: skip
VALUES = TEXTS | st.sampled_from(["x\n", "true", AT]) | st.integers() | st.none()


@st.composite
def documents(draw: st.DrawFn) -> str:
    """An object of a shipper, as JSON has it in a few ways, perhaps damaged."""
    fields = draw(st.dictionaries(KEYS, VALUES, max_size=4))
    wanted = draw(st.sampled_from([e for e in ENVELOPES if e.kind == "json"]))
    for path in (*wanted.wants, wanted.inner[0]):
        fields[path[0]] = draw(VALUES)
    text = json.dumps(
        fields, ensure_ascii=draw(st.booleans()),
        separators=draw(st.sampled_from([(",", ":"), (", ", ": ")])),
    )  # fmt: skip
    cut = draw(st.integers(0, len(text)) | st.just(len(text)))
    return text[:cut] + draw(TEXTS if draw(st.integers(0, 9)) == 0 else st.just("")) + text[cut:]


def known(texts: Sequence[str]) -> list[str]:
    """Texts as a column can hold them."""
    return [text.encode("utf-8", "replace").decode().replace("\0", "?") for text in texts]


def alone(envelope: Envelope, texts: Sequence[str]) -> list[tuple[object, ...]]:
    opened = [(row, opener(envelope)(text)) for row, text in enumerate(texts)]
    return [
        (row, *known([one.inner, *one.header]), one.partial)
        for row, one in opened
        if one is not None
    ]


def together(envelope: Envelope, texts: Sequence[str]) -> list[tuple[object, ...]]:
    found = open_all(envelope, pa.array(texts, pa.large_string()))
    none = [""] * len(found.rows)
    parts = [
        found.header[part].to_pylist() if part in found.header else none for part in Header._fields
    ]
    inner = found.inner.to_pylist()
    return list(zip(found.rows.tolist(), inner, *parts, found.partial.tolist(), strict=True))


@pytest.mark.parametrize("envelope", ENVELOPES, ids=lambda envelope: envelope.name)
@PROFILE
@given(texts=st.lists(TEXTS | documents() | st.text(max_size=20), max_size=6).map(known))
@example(texts=[])
def test_many_texts_are_opened_as_each_alone(envelope: Envelope, texts: list[str]) -> None:
    if envelope.kind == "export":
        # Each byte of such an entry is a character.
        texts = [text.encode().decode("latin-1") for text in texts]
    assert together(envelope, texts) == alone(envelope, texts)


@PROFILE
@given(documents())
def test_flat_objects_are_what_a_parser_says(text: str) -> None:
    text = known([text])[0]
    found = objects(pa.array([text], pa.large_string()))
    if len(found.rows):
        parsed = json.loads(text)
        read = {key: found.read(found.find(key)).to_pylist()[0] for key in parsed}
        assert read == parsed


def test_flat_objects_of_strings_need_no_parser() -> None:
    texts = [
        '{"log":"a\\"b\\\\\\n","stream":"stdout","time":"1"}',
        '{"log": "\\u003cé\\u20ac", "a": ""}', '{"log":1}',
        '{"log":"\\ud800"}', "{}", '{"log":"a"', '{"log":{"a":"b"}}', '{"log","a"}',
    ]  # fmt: skip
    found = objects(pa.array(texts, pa.large_string()))
    assert found.rows.tolist() == [0, 1]
    assert found.read(found.find("log")).to_pylist() == ['a"b\\\n', "<é€"]
    assert found.read(found.find("stream")).to_pylist() == ["stdout", ""]


def test_spans_are_taken_in_any_order() -> None:
    codes, edges = codes_of(strings(["abc", "def"]))
    assert edges.tolist() == [0, 3, 6]
    spans = [(4, 6), (0, 2), (1, 1), (0, 0), (4, 4)]
    begins, ends = pa.array([b for b, _ in spans]).to_numpy(), pa.array([e for _, e in spans])
    found = from_spans(codes, begins, ends.to_numpy())
    assert found.to_pylist() == ["ef", "ab", "", "", ""]


def test_texts_are_put_behind_their_heads() -> None:
    heads = pa.array([True, False, True, False, False]).to_numpy(zero_copy_only=False)
    texts = strings(["a", "b", "", "c", "d"])
    assert joined(texts, heads).to_pylist() == ["ab", "cd"]
    assert joined(texts, heads, b"\n").to_pylist() == ["a\nb", "\nc\nd"]
