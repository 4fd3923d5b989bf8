"""Between Arrow and numpy or Python without pandas.

Arrow's own conversions import pandas wherever it is installed, which costs more than all
counts of a small table; these work on the buffers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = [
    "filled_codes",
    "flags",
    "floats",
    "is_missing",
    "matrix",
    "null_of",
    "number_scalar",
    "of_flags",
    "of_rows",
    "text_array",
    "text_scalar",
]


def null_of(kind: pa.DataType) -> pa.Scalar:
    """The missing value of a type."""
    return pa.nulls(1, kind)[0]


def text_array(words: Sequence[str]) -> pa.Array:
    """An Arrow array of words.

    Examples
    --------
    >>> text_array(["a", "", "ä"]).to_pylist()
    ['a', '', 'ä']
    """
    parts = [word.encode("utf-8", "surrogatepass") for word in words]
    ends = np.zeros(len(parts) + 1, np.int64)
    np.cumsum([len(part) for part in parts], out=ends[1:])
    buffers = [None, pa.py_buffer(ends.tobytes()), pa.py_buffer(b"".join(parts))]
    return pa.Array.from_buffers(pa.large_string(), len(parts), buffers).cast(pa.string())


def text_scalar(word: str) -> pa.Scalar:
    """One word as an Arrow scalar."""
    return text_array([word])[0]


def is_missing(array: pa.Array) -> npt.NDArray[np.bool_]:
    """Which cells are null, shape (rows,)."""
    if array.null_count == 0:
        return np.zeros(len(array), bool)
    return flags(array.is_null())


def flags(array: pa.Array) -> npt.NDArray[np.bool_]:
    """An Arrow array of truth values without nulls, shape (rows,)."""
    packed = np.frombuffer(array.buffers()[1], np.uint8)
    first = array.offset // 8
    end = -(-(array.offset + len(array)) // 8)
    bits = np.unpackbits(packed[first:end], bitorder="little")
    skipped = array.offset - 8 * first
    return bits[skipped : skipped + len(array)].view(bool)


def of_flags(values: npt.NDArray[np.bool_]) -> pa.Array:
    """The inverse of `flags`.

    Examples
    --------
    >>> of_flags(np.array([True, False, True])).to_pylist()
    [True, False, True]
    """
    packed = np.packbits(values, bitorder="little")
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, pa.py_buffer(packed.tobytes())])


def number_scalar(value: float) -> pa.Scalar:
    """One number as an Arrow scalar."""
    return pa.Array.from_buffers(
        pa.float64(), 1, [None, pa.py_buffer(np.array([value], np.float64).tobytes())]
    )[0]


def of_rows(rows: npt.NDArray[np.integer[Any]]) -> pa.Array:
    """Row numbers as an Arrow array."""
    whole = rows.astype(np.int64, copy=False)
    return pa.Array.from_buffers(pa.int64(), len(whole), [None, pa.py_buffer(whole.tobytes())])


def floats(array: pa.Array) -> npt.NDArray[np.float64]:
    """Numbers as float64, NaN where null; shares memory with the array where it can."""
    values = _values(array.cast(pa.float64(), safe=False), np.float64)
    if array.null_count == 0:
        return values
    values = values.copy()
    values[is_missing(array)] = np.nan
    return values


def matrix(lists: pa.Array, width: int) -> npt.NDArray[np.floating[Any]]:
    """Lists of `width` numbers each, none of them null, one a row; NaN for a null in a list.

    Numbers of at most 32 bits after the point stay so: vectors are by far the largest columns.

    Examples
    --------
    >>> matrix(pa.array([[1, 2], [3, None]]), 2).tolist()
    [[1.0, 2.0], [3.0, nan]]
    """
    numbers = lists.flatten()
    if not (pa.types.is_float16(numbers.type) or pa.types.is_float32(numbers.type)):
        return floats(numbers).reshape(len(lists), width)
    values = _values(numbers.cast(pa.float32()), np.float32)
    if numbers.null_count:
        values = values.copy()
        values[is_missing(numbers)] = np.nan
    return values.reshape(len(lists), width)


def filled_codes(array: pa.Array, missing: int) -> npt.NDArray[np.int32]:
    """Whole numbers as int32, `missing` where null."""
    codes = _values(array.cast(pa.int32()), np.int32).copy()
    codes[is_missing(array)] = missing
    return codes


def _values(array: pa.Array, kind: type[np.generic]) -> npt.NDArray[Any]:
    buffer = array.buffers()[1]
    if buffer is None:
        return np.zeros(len(array), kind)
    return np.frombuffer(buffer, kind)[array.offset : array.offset + len(array)]
