"""Arrow's strings as NumPy sees them: their bytes, and where each begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Sequence

Array = np.ndarray[Any, Any]


def codes_of(texts: pa.LargeStringArray) -> tuple[Array, Array]:
    """The bytes of some texts, one behind the other, and the edges of each, one more than texts."""
    _, offsets, data = texts.buffers()
    if not len(texts):
        return np.empty(0, np.uint8), np.zeros(1, np.int64)
    edges = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    codes = np.frombuffer(data or b"", np.uint8)[edges[0] : edges[-1]]
    return codes, edges - edges[0]


def from_edges(codes: Array, edges: Array) -> pa.LargeStringArray:
    """Texts that lie one behind the other."""
    buffers = [
        None,
        pa.py_buffer(np.ascontiguousarray(edges, np.int64)),
        pa.py_buffer(codes if len(codes) else b""),
    ]
    return pa.Array.from_buffers(pa.large_string(), len(edges) - 1, buffers)


def from_spans(codes: Array, begins: Array, ends: Array) -> pa.LargeStringArray:
    """Texts that lie anywhere: a copy, unless there is nothing between them."""
    if not len(begins):
        return pa.array([], pa.large_string())
    if (begins[1:] == ends[:-1]).all():
        return from_edges(codes, np.append(begins, ends[-1]))
    edges = np.stack([begins, ends], axis=1).ravel()
    place = np.arange(len(begins))
    if (begins[1:] < ends[:-1]).any():
        order = np.lexsort((ends, begins))
        edges, place[order] = edges.reshape(-1, 2)[order].ravel(), place.copy()
    return from_edges(codes, np.append(edges, edges[-1])).take(pa.array(2 * place))


def joined(texts: pa.LargeStringArray, heads: Array, by: bytes = b"") -> pa.LargeStringArray:
    """Put each text behind the one before it unless it is a head; at most one byte is between."""
    if heads.all():
        return texts
    codes, edges = codes_of(texts)
    if by:
        codes = np.insert(codes, edges[:-1][~heads], by[0])
        edges = edges + np.concatenate((np.cumsum(~heads) - ~heads, [np.count_nonzero(~heads)]))
    return from_edges(codes, np.append(edges[:-1][heads], edges[-1]))


def replaced(
    texts: pa.LargeStringArray, rows: Array, others: pa.LargeStringArray
) -> pa.LargeStringArray:
    """Texts with others in the place of some of them."""
    if len(rows) == len(texts):
        return others
    if not len(rows):
        return texts
    places = np.arange(len(texts))
    places[rows] = len(texts) + np.arange(len(rows))
    return pa.concat_arrays([texts, others]).take(pa.array(places))


def blank_texts(count: int) -> pa.LargeStringArray:
    """So many texts without a character."""
    return from_edges(np.empty(0, np.uint8), np.zeros(count + 1, np.int64))


def strings(texts: Sequence[str]) -> pa.LargeStringArray:
    """Texts as DuckDB takes them: JSON can write NUL and halves of characters."""
    try:
        array = pa.array(texts, pa.large_string())
    except UnicodeEncodeError:
        texts = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        array = pa.array(texts, pa.large_string())
    if any("\0" in text for text in texts):
        array = pa.array([text.replace("\0", "?") for text in texts], pa.large_string())
    return array
