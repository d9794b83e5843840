"""Each sample inside a format file reads as the file says, through the real engine."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from logsleuth.formats import detect, spec
from tests.formats.engine import File, differences, read

if TYPE_CHECKING:
    from collections.abc import Mapping

SAMPLES = {
    f"{format_.name}-{index}": (format_.name, sample)
    for format_ in spec.shipped()
    for index, sample in enumerate(format_.samples)
}
# What reads lines of nearly any kind may read those of a closer format too, but never wins them.
# nginx's finds the layout of any access log.
GENERIC = {
    "text", "plain", "json-lines", "logfmt", "syslog", "java", "nginx-access", "w3c-extended",
}  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, File]:
    texts = {f"{name}.log": sample["line"] + "\n" for name, (_, sample) in SAMPLES.items()}
    return read(tmp_path_factory.mktemp("samples"), texts)


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_is_read_as_its_format_says(name: str, files: Mapping[str, File]) -> None:
    own, sample = SAMPLES[name]
    file = files[f"{name}.log"]
    assert (file.format, file.events, file.rejected) == (own, 1, 0)
    record = file.records[0]
    assert differences(sample["expect"], record) == []
    assert {column: record[column] for column in sample.get("absent", ())} == dict.fromkeys(
        sample.get("absent", ())
    )


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_is_claimed_by_no_other_format(name: str) -> None:
    own, sample = SAMPLES[name]
    lines = detect.sample(sample["line"].strip("\n"))
    claimed = {
        other.name
        for other in spec.shipped()
        if other.name != own and detect.detect(lines, [other]) is not None
    }
    assert claimed - GENERIC == set()


def test_every_format_has_a_sample() -> None:
    assert [f.name for f in spec.shipped() if not f.samples] == []


def test_formats_have_names_of_their_own() -> None:
    names = [f.name for f in spec.shipped()]
    assert len(names) == len(set(names))
    shapes = [[s.name for s in f.shapes] for f in spec.shipped()]
    assert all(len(own) == len(set(own)) for own in shapes), list(itertools.chain(*shapes))
