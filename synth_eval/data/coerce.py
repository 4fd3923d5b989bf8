"""Arrow arrays as numbers or as coded words: what the cells of a table become."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from synth_eval.data.arrow import filled_codes, floats, is_missing, matrix, null_of
from synth_eval.data.hashing import level_hashes
from synth_eval.data.parse import parse_booleans, parse_datetimes, parse_numbers
from synth_eval.data.schema import Column
from synth_eval.data.source import is_vector_type, plain_array

__all__ = ["CodedWords", "as_numbers", "as_text", "as_vectors", "coded_words", "reads_by_batch"]

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
    stored : str
        Arrow type the column was stored as.
    """

    words: pa.Array
    codes: CodeArray
    failed: int
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

    def strangers(self, numbered: CodeArray, known: int) -> CodeArray | None:
        """Hash of the word of each row that is none of the `known` levels, 0 elsewhere.

        None where there is no such row.
        """
        is_stranger = numbered == known
        if not is_stranger.any():
            return None
        used, places = np.unique(self.codes[is_stranger], return_inverse=True)
        hashes = np.zeros(len(numbered), np.int32)
        hashes[is_stranger] = level_hashes(self.words.take(pa.array(used)).to_pylist())[places]
        return hashes


def reads_by_batch(spec: Column, stored: pa.DataType) -> bool:
    """Whether cells mean the same alone as beside all others of their column.

    Floats as levels do not: they lose their ``.0`` only where all are whole. Nor do dates in
    text of no fixed form: the form that reads most of them is taken. Vectors take their width
    from the whole column.
    """
    stored = getattr(stored, "storage_type", stored)
    stored = stored.value_type if pa.types.is_dictionary(stored) else stored
    if spec.kind == "vector" or pa.types.is_nested(stored):
        return False
    if spec.is_continuous:
        return not (spec.kind == "datetime" and _is_text(stored) and spec.datetime_format is None)
    return not pa.types.is_floating(stored)


def coded_words(raw: pa.Array | pa.ChunkedArray, spec: Column) -> CodedWords:
    """Cells of a column of levels."""
    coded = _dictionary(raw)
    stored = coded.dictionary
    words = as_text(stored)
    read = words
    if spec.kind == "boolean":
        read, _ = parse_booleans(words)
    codes = filled_codes(coded.indices, -1)
    lost = is_missing(read) & ~is_missing(words)
    failed = int(np.append(lost, False)[codes].sum()) if lost.any() else 0
    return CodedWords(read, codes, failed, str(stored.type))


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


def as_text(raw: pa.Array) -> pa.Array:
    """Text of any column; whole floats lose their ``.0`` so that 1 and 1.0 are one level."""
    if pa.types.is_nested(raw.type):
        words = [None if cell is None else str(cell) for cell in raw.to_pylist()]
        return pa.array(words, pa.string())
    if not pa.types.is_floating(raw.type):
        return raw.cast(pa.string())
    raw = pc.if_else(pc.is_nan(raw), null_of(raw.type), raw)
    finite = raw.drop_null().filter(pc.is_finite(raw.drop_null()))
    words = raw.cast(pa.string())
    if not pc.all(pc.equal(finite, pc.floor(finite))).as_py():
        return words
    if len(finite) and float(pc.max(pc.abs(finite)).as_py()) >= 2.0**53:
        return words  # not every whole number from here on is a float
    whole = pc.if_else(pc.is_finite(raw), raw, null_of(raw.type))
    return pc.coalesce(whole.cast(pa.int64(), safe=False).cast(pa.string()), words)


def as_numbers(raw: pa.Array, spec: Column) -> tuple[FloatArray, int]:
    """Cells of a continuous column and how many of them could not be read."""
    failed = 0
    if spec.kind == "datetime":
        if _is_text(raw.type):
            raw, failed, _ = parse_datetimes(raw.cast(pa.string()), spec.datetime_format)
        elif not pa.types.is_temporal(raw.type):
            return np.full(len(raw), np.nan), len(raw) - raw.null_count
        raw = _microseconds(raw)
    elif _is_text(raw.type):
        raw, failed = parse_numbers(raw.cast(pa.string()))
    elif not (
        pa.types.is_integer(raw.type)
        or pa.types.is_floating(raw.type)
        or pa.types.is_decimal(raw.type)
        or pa.types.is_boolean(raw.type)
        or pa.types.is_null(raw.type)
    ):
        return np.full(len(raw), np.nan), len(raw) - raw.null_count
    if pa.types.is_boolean(raw.type):
        raw = raw.cast(pa.int8())
    return floats(raw), failed


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
    rows = matrix(raw if fits.all() else raw.filter(pa.array(fits)), width)
    whole = ~np.isnan(rows).any(axis=1)
    places = np.flatnonzero(fits)[whole]
    if len(places) == len(raw):
        return rows, np.zeros(len(raw), bool), 0
    cells = np.full((len(raw), width), np.nan, rows.dtype)
    cells[places] = rows[whole]
    missing = np.ones(len(raw), bool)
    missing[places] = False
    return cells, missing, int(there.sum()) - len(places)
