"""The README of the formats lists every format, every key and every type."""

from __future__ import annotations

import re
from importlib.resources import files

from logsleuth.formats import spec

README = files("logsleuth.formats").joinpath("README.md").read_text(encoding="utf-8")


def test_every_format_is_listed() -> None:
    listed = README.partition("## The formats")[2].strip().splitlines()[2:]
    assert listed == [f"| `{f.name}` | {f.role} | [{f.title}]({f.url}) |" for f in spec.shipped()]


def test_every_type_of_a_field_is_explained() -> None:
    table = README.partition("## Fields")[2].partition("## The formats")[0]
    assert set(re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE)) == spec.FIELD_TYPES


def test_every_key_is_explained() -> None:
    table = README.partition("## Keys of a format")[2].partition("A shape has")[0]
    explained = set(re.findall(r"`\[*([a-z]+)\]*`", table.replace("| key |", "")))
    assert explained >= spec.FORMAT_KEYS
