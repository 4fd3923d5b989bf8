"""Arrow arrays as numbers or as coded words: what the cells of a table become."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from synth_eval.data.arrow import (
    filled_codes,
    flags,
    floats,
    is_missing,
    matrix,
    null_of,
    number_scalar,
    of_flags,
    of_rows,
    text_array,
)
from synth_eval.data.hashing import word_hashes
from synth_eval.data.parse import (
    is_marker,
    parse_booleans,
    parse_datetimes,
    read_numbers,
)
from synth_eval.data.schema import Column
from synth_eval.data.source import is_vector_type, plain_array

__all__ = [
    "CodedWords",
    "NumberCells",
    "as_numbers",
    "as_text",
    "as_vectors",
    "coded_words",
    "reads_by_batch",
    "spelled",
]

FloatArray = npt.NDArray[np.float64]
CodeArray = npt.NDArray[np.int32]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class CodedWords:
    """Cells as words, each distinct one written once.

    Parameters
    ----------
    words : Array of string
        Words of the stored dictionary; null where it holds what cannot be read. A word may
        stand there twice, as ``yes`` and ``1`` do among truth values.
    codes : ndarray of int32, shape (rows,)
        Index into `words`, -1 where nothing is stored.
    failed : int
        Rows that hold something that cannot be read.
    marked : int
        Rows whose word stands for a missing cell.
    stored : str
        Arrow type the column was stored as.
    """

    words: pa.Array
    codes: CodeArray
    failed: int
    marked: int
    stored: str

    def counts(self) -> dict[str, int]:
        """Rows of each word."""
        rows = np.bincount(self.codes + 1, minlength=len(self.words) + 1)[1:]
        found: dict[str, int] = {}
        for word, number in zip(self.words.to_pylist(), rows.tolist(), strict=True):
            if word is not None and number:
                found[word] = found.get(word, 0) + number
        return found

    def numbered(self, levels: pa.Array) -> CodeArray:
        """Place of each row's word among the levels; their number where it is none, -1 missing."""
        places = filled_codes(pc.index_in(self.words, value_set=levels), len(levels))
        lookup = np.append(places, np.int32(-1))
        lookup[:-1][is_missing(self.words)] = -1
        return lookup[self.codes]

    def strangers(self, numbered: CodeArray, known: int) -> npt.NDArray[np.int64] | None:
        """Hash of the word of each row that is none of the `known` levels, 0 elsewhere.

        None where there is no such row.
        """
        is_stranger = numbered == known
        if not is_stranger.any():
            return None
        used, places = np.unique(self.codes[is_stranger], return_inverse=True)
        hashes = np.zeros(len(numbered), np.int64)
        hashes[is_stranger] = word_hashes(self.words.take(of_rows(used)).to_pylist())[places]
        return hashes


@dataclass(frozen=True, slots=True)
class NumberCells:
    """Cells as numbers.

    Parameters
    ----------
    values : ndarray of float64, shape (rows,)
        Numbers, or microseconds since 1970; NaN is missing.
    failed : int
        Cells that hold something that cannot be read.
    restyled : int
        Cells that were read but are not written as programs write numbers, or not in the form
        of the column's dates.
    marked : int
        Cells whose word stands for a missing one.
    """

    values: FloatArray
    failed: int = 0
    restyled: int = 0
    marked: int = 0


def reads_by_batch(spec: Column, stored: pa.DataType) -> bool:
    """Whether cells mean the same alone as beside all others of their column.

    Numbers and dates in text do not: the decimal mark and the form that read most of them are
    taken. Vectors take their width from the whole column.
    """
    stored = getattr(stored, "storage_type", stored)
    stored = stored.value_type if pa.types.is_dictionary(stored) else stored
    if spec.kind == "vector" or pa.types.is_nested(stored):
        return False
    return not (spec.is_continuous and _is_text(stored))


def coded_words(raw: pa.Array | pa.ChunkedArray, spec: Column) -> CodedWords:
    """Cells of a column of levels."""
    coded = _dictionary(raw)
    stored = coded.dictionary
    words = spelled(stored, spec)
    read = words
    if spec.kind == "boolean":
        read, _ = parse_booleans(words)
    codes = filled_codes(coded.indices, -1)
    lost = is_missing(read) & ~is_missing(words)
    gone = is_missing(words) & ~is_missing(as_text(stored))
    failed, marked = (
        int(np.append(which, False)[codes].sum()) if which.any() else 0 for which in (lost, gone)
    )
    return CodedWords(read, codes, failed, marked, str(stored.type))


def _dictionary(raw: pa.Array | pa.ChunkedArray) -> pa.DictionaryArray:
    kind = raw.type
    if not (pa.types.is_dictionary(kind) and _is_text(kind.value_type)):
        plain = plain_array(raw)
        return (as_text(plain) if pa.types.is_nested(plain.type) else plain).dictionary_encode()
    if isinstance(raw, pa.ChunkedArray):
        raw = raw.unify_dictionaries().combine_chunks()
    return raw


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def spelled(raw: pa.Array, spec: Column) -> pa.Array:
    """Text of a column: words for missing cells are missing, codes keep their leading zeros."""
    words = as_text(raw)
    if spec.digits and not spec.is_continuous and not _is_text(raw.type):
        words = pc.utf8_lpad(words, spec.digits, padding="0")
    if not _is_text(raw.type) and spec.missing is None:
        return words
    gone = _is_marker(words, spec)
    return pc.if_else(of_flags(gone), null_of(words.type), words) if gone.any() else words


def _is_marker(words: pa.Array, spec: Column) -> BoolArray:
    """Which words stand for a missing cell: those that were declared, or those that are known."""
    has_levels = not (spec.is_continuous or spec.kind == "boolean")
    if spec.missing is None or not (spec.missing or has_levels):
        return is_marker(words, levels=has_levels)
    if not spec.missing:
        return np.zeros(len(words), bool)
    lower = pc.utf8_lower(pc.utf8_trim_whitespace(words))
    return flags(pc.is_in(lower, value_set=text_array(spec.missing)))


def as_text(raw: pa.Array) -> pa.Array:
    """Text of any column; whole floats lose their ``.0`` so that 1 and 1.0 are one level."""
    if pa.types.is_nested(raw.type):
        words = [None if cell is None else str(cell) for cell in raw.to_pylist()]
        return pa.array(words, pa.string())
    if not pa.types.is_floating(raw.type):
        return raw.cast(pa.string())
    raw = pc.if_else(pc.is_nan(raw), null_of(raw.type), raw)
    # From 2**53 on not every whole number is a float.
    is_whole = pc.and_(pc.equal(raw, pc.floor(raw)), pc.less(pc.abs(raw), number_scalar(2.0**53)))
    whole = pc.if_else(is_whole, raw, null_of(raw.type))
    return pc.coalesce(whole.cast(pa.int64(), safe=False).cast(pa.string()), raw.cast(pa.string()))


def as_numbers(raw: pa.Array, spec: Column) -> NumberCells:
    """Cells of a continuous column, and how many of them could not be read."""
    if _is_text(raw.type):
        return _numbers_in_text(raw.cast(pa.string()), spec)
    if spec.kind == "datetime":
        if not pa.types.is_temporal(raw.type):
            return NumberCells(np.full(len(raw), np.nan), len(raw) - raw.null_count)
        return NumberCells(floats(_microseconds(raw)))
    if not (
        pa.types.is_integer(raw.type)
        or pa.types.is_floating(raw.type)
        or pa.types.is_decimal(raw.type)
        or pa.types.is_boolean(raw.type)
        or pa.types.is_null(raw.type)
    ):
        return NumberCells(np.full(len(raw), np.nan), len(raw) - raw.null_count)
    if pa.types.is_boolean(raw.type):
        raw = raw.cast(pa.int8())
    if spec.missing:  # numbers that were declared to stand for a missing cell
        gone = _is_marker(as_text(raw), spec)
        return NumberCells(floats(pc.if_else(of_flags(gone), null_of(raw.type), raw)),
                           marked=int(gone.sum()))  # fmt: skip
    return NumberCells(floats(raw))


def _numbers_in_text(stored: pa.Array, spec: Column) -> NumberCells:
    """Numbers or dates in text; the slow ways are gone only for words that the fast one leaves."""
    read = _dates if spec.kind == "datetime" else _numbers
    values, failed, restyled = read(stored, spec)
    if not failed and not spec.missing:
        return NumberCells(floats(values), 0, restyled)
    gone = _is_marker(stored, spec)
    if not gone.any():
        return NumberCells(floats(values), failed, restyled)
    words = pc.if_else(of_flags(gone), null_of(stored.type), stored)
    values, failed, restyled = read(words, spec)
    return NumberCells(floats(values), failed, restyled, int(gone.sum()))


def _numbers(words: pa.Array, spec: Column) -> tuple[pa.Array, int, int]:
    numbers, restyled = read_numbers(words, otherwise=spec.decimal or ".")
    return numbers, int(numbers.null_count - words.null_count), restyled


def _dates(words: pa.Array, spec: Column) -> tuple[pa.Array, int, int]:
    """Moments by the form of the column; words of another form by the one that reads most."""
    moments, failed, _ = parse_datetimes(words, spec.datetime_format)
    if not failed:
        return _microseconds(moments), 0, 0
    rest = pc.if_else(moments.is_null(), words, pa.nulls(len(words), words.type))
    others, still, _ = parse_datetimes(rest, like=spec.datetime_format)
    return _microseconds(pc.coalesce(moments, others)), still, failed - still


def _microseconds(raw: pa.Array) -> pa.Array:
    """Microseconds since 1970; zoned times are moments in UTC, naive ones are taken as they are."""
    kind = raw.type
    if pa.types.is_time(kind):
        unit = {"s": 1_000_000, "ms": 1_000, "us": 1, "ns": 0.001}[kind.unit]
        bits = pa.int32() if kind.bit_width == 32 else pa.int64()
        return pc.multiply(raw.cast(bits).cast(pa.float64()), unit)
    if pa.types.is_duration(kind):
        return raw.cast(pa.duration("us"), safe=False).cast(pa.int64())
    zone = getattr(kind, "tz", None)
    return raw.cast(pa.timestamp("us", tz=zone), safe=False).cast(pa.int64())


def as_vectors(raw: pa.Array, width: int) -> tuple[npt.NDArray[np.floating[Any]], BoolArray, int]:
    """Cells of a column of vectors, which of them are missing, and how many cannot be read.

    A list of another length, or with a number that is missing, cannot be read; it counts as
    missing and its row is NaN.
    """
    there = ~is_missing(raw)
    if not is_vector_type(raw.type):
        nothing = np.full((len(raw), width), np.nan)
        return nothing, np.ones(len(raw), bool), int(there.sum())
    fits = there & (filled_codes(pc.list_value_length(raw), -1) == width) & (width > 0)
    rows = matrix(raw if fits.all() else raw.filter(of_flags(fits)), width)
    whole = ~np.isnan(rows).any(axis=1)
    places = np.flatnonzero(fits)[whole]
    if len(places) == len(raw):
        return rows, np.zeros(len(raw), bool), 0
    cells = np.full((len(raw), width), np.nan, rows.dtype)
    cells[places] = rows[whole]
    missing = np.ones(len(raw), bool)
    missing[places] = False
    return cells, missing, int(there.sum()) - len(places)
