"""Blocks of a file, whatever it is compressed with and wherever it breaks off."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logsleuth.evidence import files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zstd": zstandard.ZstdCompressor(write_checksum=True).compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}
LOG = b"".join(b"line %d of a log\n" % i for i in range(20_000))


def read(path: Path, size: int = files.BLOCK) -> tuple[bytes, files.Damaged | None]:
    got = []
    try:
        for block in files.blocks(path, size):
            got.append(block)  # noqa: PERF402 - what came before the damage is wanted
    except files.Damaged as damage:
        return b"".join(got), damage
    return b"".join(got), None


@pytest.fixture(params=COMPRESSORS)
def kind(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def test_each_compression_gives_the_bytes_back(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "named-like-nothing"
    path.write_bytes(COMPRESSORS[kind](LOG))
    assert files.compression(path.read_bytes()[:10]) == kind
    assert read(path) == (LOG, None)


def _lz4(data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "lz4") as out:
        out.write(data)
    packed: bytes = sink.getvalue().to_pybytes()
    return packed


def test_lz4_is_read(tmp_path: Path) -> None:
    path = tmp_path / "log.lz4"
    path.write_bytes(_lz4(LOG) + _lz4(b"more\n"))
    assert read(path) == (LOG + b"more\n", None)
    path.write_bytes(gzip.compress(_lz4(LOG)))
    assert read(path) == (LOG, None)


def test_lz4_that_breaks_off_gives_what_came_before(tmp_path: Path) -> None:
    data = b"".join(b"%d\n" % (i * i) for i in range(1_000_000))
    path = tmp_path / "log.lz4"
    path.write_bytes(_lz4(data)[: len(data) // 4])
    got, damage = read(path)
    assert damage is not None
    assert got
    assert data.startswith(got)


@pytest.mark.parametrize("text", [b"BZh", b"BZh9 is the name of a host\n", b"BZ"])
def test_text_that_begins_like_bzip2_is_text(text: bytes, tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(text)
    assert read(path) == (text, None)


@pytest.mark.parametrize("mark", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_read_as_utf_8(mark: str, tmp_path: Path) -> None:
    text = "2026-03-02 10:15:01.20 Server  größer 𝄞\r\n" * 50_000
    path = tmp_path / "ERRORLOG"
    path.write_bytes(f"\ufeff{text}".encode(mark))
    for size in (64, files.BLOCK):
        assert read(path, size) == (text.encode(), None)
    path.write_bytes(gzip.compress(f"\ufeff{text}".encode(mark)[:-1]))
    got, damage = read(path)
    assert (got, damage) == (text[:-1].encode() + "\ufffd".encode(), None)


@pytest.mark.parametrize("data", [b"\xff\xfe", b"\xff\xfea\0", b"\xff\xfe\n" + b"a line\n" * 3])
def test_two_bytes_make_no_utf_16(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(data)
    assert read(path) == (data, None)


def test_streams_one_after_the_other_are_one_file(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(COMPRESSORS[kind](LOG) + COMPRESSORS[kind](b"more\n") + b"\0" * 700)
    assert read(path) == (LOG + b"more\n", None)


def test_what_comes_before_a_cut_is_read(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "log"
    noise = b"".join(b"%d\n" % (i * 2654435761 % 10**9) for i in range(200_000))
    whole = COMPRESSORS[kind](noise)
    path.write_bytes(whole[: len(whole) * 3 // 4])
    got, damage = read(path)
    assert noise.startswith(got)
    assert len(got) > len(noise) // 3
    assert damage is not None
    assert "before its end" in str(damage)


def test_a_cut_after_the_first_bytes_gives_nothing_but_a_word(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(COMPRESSORS[kind](LOG)[:7])
    got, damage = read(path)
    assert got == b""
    assert damage is not None


def test_broken_data_is_damaged(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "log"
    data = bytearray(COMPRESSORS[kind](LOG))
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    assert read(path)[1] is not None


def test_rubbish_behind_the_data_is_told(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(COMPRESSORS[kind](LOG) + b"rubbish")
    got, damage = read(path)
    assert got == LOG
    assert "what follows" in str(damage)


def test_a_name_says_nothing_about_compression(tmp_path: Path) -> None:
    path = tmp_path / "plain.log.gz"
    path.write_bytes(LOG)
    assert read(path) == (LOG, None)


def test_a_bomb_comes_in_blocks(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(bytes(50 << 20)))
    sizes = [len(block) for block in files.blocks(path, 1 << 20)]
    assert sizes == [1 << 20] * 50


def test_an_empty_file_has_no_block(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.touch()
    assert list(files.blocks(path)) == []


def test_a_file_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(files.blocks(tmp_path / "gone"))


def test_standard_input_may_be_compressed(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    stream = io.TextIOWrapper(io.BytesIO(COMPRESSORS[kind](LOG)))
    monkeypatch.setattr(sys, "stdin", stream)
    assert b"".join(files.blocks(None)) == LOG
    assert not stream.closed


def test_the_meter_counts_bytes_of_the_disk(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "log"
    path.write_bytes(COMPRESSORS[kind](LOG))
    meter = files.Meter()
    assert sum(map(len, files.blocks(path, meter=meter))) == len(LOG)
    assert meter.bytes == path.stat().st_size


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.binary(max_size=300), size=st.integers(1, 40))
def test_blocks_are_full_and_lose_nothing(data: bytes, size: int, tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"no magic" + data)
    got = list(files.blocks(path, size))
    assert b"".join(got) == b"no magic" + data
    assert all(len(block) == size for block in got[:-1])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.binary(max_size=400), name=st.sampled_from([*COMPRESSORS, "lz4", "plain"]))
def test_any_bytes_behind_a_magic_are_read_or_damaged(
    data: bytes, name: str, tmp_path: Path
) -> None:
    magic = {"gzip": b"\x1f\x8b\x08\0", "zstd": b"\x28\xb5\x2f\xfd", "bzip2": b"BZh91AY&SY",
             "xz": b"\xfd7zXZ\x00", "lz4": b"\x04\x22\x4d\x18", "plain": b""}[name]  # fmt: skip
    path = tmp_path / "log"
    path.write_bytes(magic + data)
    read(path)


@pytest.mark.parametrize("inner", [bz2.compress, lzma.compress, gzip.compress])
def test_layers_that_begin_with_nothing_are_peeled(
    inner: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    """The outer gzip's first member is so short that the bzip2 in it says nothing yet."""
    packed = bz2.compress(inner(b"a line\n"))
    half = len(packed) // 2
    path = tmp_path / "packed"
    path.write_bytes(gzip.compress(packed[:half]) + gzip.compress(packed[half:]))
    assert b"".join(files.blocks(path)) == b"a line\n"
