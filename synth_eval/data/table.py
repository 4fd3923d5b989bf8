"""A table coerced to the schema of the real one, column by column, as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from synth_eval.data.parse import parse_booleans, parse_datetimes, parse_numbers
from synth_eval.data.schema import Column, Schema
from synth_eval.data.source import Source, plain_array

__all__ = ["CoercedColumn", "Table"]

FloatArray = npt.NDArray[np.float64]
CodeArray = npt.NDArray[np.int32]

_CACHE_BYTES = 1 << 30
"""Coerced columns are kept while all of a table fits; larger tables are read again."""


@dataclass(frozen=True, slots=True)
class CoercedColumn:
    """One column as an array.

    Parameters
    ----------
    spec : Column
        What the column is, from the schema.
    values : ndarray of float64, shape (rows,)
        Numbers, or microseconds since 1970 for datetimes; NaN is missing. Empty for
        columns of levels.
    codes : ndarray of int32, shape (rows,)
        Index into `levels`; -1 is missing, ``len(levels)`` a level the real table lacks.
        Empty for continuous columns.
    levels : tuple of str
        Levels of the real table, most frequent first.
    unparseable : int
        Cells that could not be read as the column's kind; they count as missing.
    stored : str
        Arrow type the column was stored as.
    absent : bool
        Whether the table lacks the column; then every cell counts as missing.
    """

    spec: Column
    values: FloatArray
    codes: CodeArray
    levels: tuple[str, ...]
    unparseable: int
    stored: str
    absent: bool = False

    def take(self, rows: npt.NDArray[np.int64]) -> CoercedColumn:
        """The same column with the given rows only."""
        part = "values" if self.spec.is_continuous else "codes"
        return replace(self, **{part: getattr(self, part)[rows]})

    @property
    def missing(self) -> npt.NDArray[np.bool_]:
        """Which cells are missing."""
        return np.isnan(self.values) if self.spec.is_continuous else self.codes < 0


class Table:
    """A source read through a schema.

    Parameters
    ----------
    source : Source
        Where the rows come from.
    schema : Schema
        Schema of the real table.
    real : Table, optional
        The real table, whose levels number the codes; None for the real table itself.
    """

    def __init__(self, source: Source, schema: Schema, real: Table | None = None) -> None:
        self.source = source
        self.schema = schema
        self._real = real
        self._columns: dict[str, CoercedColumn] = {}
        self._levels: dict[str, tuple[str, ...]] = {}

    @property
    def name(self) -> str:
        """Name in messages."""
        return self.source.name

    @property
    def num_rows(self) -> int:
        """Number of rows."""
        return self.source.num_rows

    @cached_property
    def stored_names(self) -> list[str]:
        """Column names as stored."""
        return [str(name) for name in self.source.schema.names]

    def column(self, name: str) -> CoercedColumn:
        """One column, coerced; a column the table lacks is all missing."""
        known = self._columns.get(name)
        if known is not None:
            return known
        column = self._coerce(self.schema[name])
        if self.num_rows * len(self.schema.columns) * 8 <= _CACHE_BYTES:
            self._columns[name] = column
        return column

    def strings(self, name: str) -> pa.Array:
        """One column as text, as it was stored; all null where the table lacks it."""
        if name not in self.stored_names:
            return pa.nulls(self.num_rows, pa.string())
        return _as_text(plain_array(self.source.column(name)))

    def levels(self, name: str) -> tuple[str, ...]:
        """Levels of the real table, most frequent first, ties in alphabetical order."""
        if self._real is not None:
            return self._real.levels(name)
        if name not in self._levels:
            words, _ = _as_levels(plain_array(self.source.column(name)), self.schema[name])
            counted = words.drop_null().value_counts()
            pairs = zip(
                counted.field("counts").to_pylist(), counted.field("values").to_pylist(),
                strict=True,
            )  # fmt: skip
            self._levels[name] = tuple(
                word for _, word in sorted(pairs, key=lambda pair: (-pair[0], pair[1]))
            )
        return self._levels[name]

    def unseen_levels(self, name: str) -> dict[str, int]:
        """Levels of this table that the real one lacks, with their number of rows."""
        if name not in self.stored_names:
            return {}
        words, _ = _as_levels(plain_array(self.source.column(name)), self.schema[name])
        words = words.drop_null()
        known = pa.array(self.levels(name), pa.string())
        counted = words.filter(pc.invert(pc.is_in(words, value_set=known))).value_counts()
        values, counts = counted.field("values").to_pylist(), counted.field("counts").to_pylist()
        return dict(sorted(zip(values, counts, strict=True), key=lambda pair: (-pair[1], pair[0])))

    def _coerce(self, spec: Column) -> CoercedColumn:
        nothing = np.empty(0, np.float64)
        no_codes = np.empty(0, np.int32)
        if spec.name not in self.stored_names:
            if spec.is_continuous:
                gone = np.full(self.num_rows, np.nan)
                return CoercedColumn(spec, gone, no_codes, (), 0, "absent", absent=True)
            levels = self.levels(spec.name) if spec.is_discrete else ()
            absent = np.full(self.num_rows, -1, np.int32)
            return CoercedColumn(spec, nothing, absent, levels, 0, "absent", absent=True)
        raw = plain_array(self.source.column(spec.name))
        if spec.is_continuous:
            values, failed = _as_numbers(raw, spec)
            return CoercedColumn(spec, values, no_codes, (), failed, str(raw.type))
        words, failed = _as_levels(raw, spec)
        levels = self.levels(spec.name)
        codes = pc.index_in(words, value_set=pa.array(levels, pa.string()))
        codes = pc.fill_null(codes, len(levels)).to_numpy(zero_copy_only=False).astype(np.int32)
        if words.null_count:
            codes[words.is_null().to_numpy(zero_copy_only=False)] = -1
        return CoercedColumn(spec, nothing, codes, levels, failed, str(raw.type))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _as_text(raw: pa.Array) -> pa.Array:
    """Text of any column; whole floats lose their ``.0`` so that 1 and 1.0 are one level."""
    if not pa.types.is_floating(raw.type):
        return raw.cast(pa.string())
    raw = pc.if_else(pc.is_nan(raw), pa.scalar(None, raw.type), raw)
    finite = raw.drop_null().filter(pc.is_finite(raw.drop_null()))
    words = raw.cast(pa.string())
    if not pc.all(pc.equal(finite, pc.floor(finite))).as_py() or not _fits_integer(finite):
        return words
    whole = pc.if_else(pc.is_finite(raw), raw, pa.scalar(None, raw.type))
    return pc.coalesce(whole.cast(pa.int64(), safe=False).cast(pa.string()), words)


def _fits_integer(finite: pa.Array) -> bool:
    return len(finite) == 0 or float(pc.max(pc.abs(finite)).as_py()) < 2.0**53


def _as_levels(raw: pa.Array, spec: Column) -> tuple[pa.Array, int]:
    words = _as_text(raw)
    return parse_booleans(words) if spec.kind == "boolean" else (words, 0)


def _as_numbers(raw: pa.Array, spec: Column) -> tuple[FloatArray, int]:
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
    numbers: Any = raw.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return np.asarray(numbers, np.float64), failed


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
