"""The sample logs, one a format, read as the file beside them says."""

from __future__ import annotations

from pathlib import Path

import pytest

from logsleuth.formats import spec
from tests.formats.engine import File, differences, jsonl, read

FOLDER = Path(__file__).parents[2] / "sample_logs" / "formats"
NAMES = [f.name for f in spec.shipped()]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, File]:
    texts = {path.name: path.read_bytes() for path in FOLDER.glob("*.log")}
    return read(tmp_path_factory.mktemp("logs"), dict(texts))


def test_every_format_has_a_log_and_every_log_a_format() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.log")) == sorted(NAMES)
    expected = [path.name.removesuffix(".expected.jsonl") for path in FOLDER.glob("*.jsonl")]
    assert sorted(expected) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_log_is_read_as_expected(name: str, files: dict[str, File]) -> None:
    file = files[f"{name}.log"]
    expected = jsonl(FOLDER / f"{name}.expected.jsonl")
    assert (file.format, file.rejected) == (name, 0)
    assert [record["line"] for record in file.records] == [item["line"] for item in expected]
    for item, record in zip(expected, file.records, strict=True):
        assert differences(item["fields"], record) == [], item["line"]
        known = {column for column, value in record.items() if value is not None}
        assert known - {"file", "line", "template_id"} <= item["fields"].keys()
