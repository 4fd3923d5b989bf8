"""A table coerced to the schema of the real one, column by column, each kind in its own form.

Numbers and dates are floats, levels are codes, identifiers and texts are strings read when they
are asked for, vectors are the rows of a matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synth_eval.data.arrow import is_missing, of_rows, text_array
from synth_eval.data.coerce import (
    CodedWords,
    as_numbers,
    as_text,
    as_vectors,
    coded_words,
    reads_by_batch,
    spelled,
)
from synth_eval.data.kept import Kept
from synth_eval.data.schema import Column, Schema
from synth_eval.data.source import Source, is_vector_type, plain_array, vector_width

__all__ = ["AnyColumn", "LevelColumn", "NumberColumn", "Table", "TextColumn", "VectorColumn"]

FloatArray = npt.NDArray[np.float64]
CodeArray = npt.NDArray[np.int32]
BoolArray = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64] | slice

_CACHE_BYTES = 128 << 20
"""Coerced columns kept per table; the columns of larger tables are read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    """What every column tells, whatever its kind.

    Parameters
    ----------
    spec : Column
        What the column is, from the schema.
    stored : str
        Arrow type the column was stored as.
    unparseable : int
        Cells that could not be read as the column's kind; they count as missing.
    restyled : int
        Cells of numbers or dates that were read, but are not written for programs, or not in
        the form of the column.
    marked : int
        Cells of numbers, dates or levels whose word stands for a missing one.
    absent : bool
        Whether the table lacks the column; then every cell counts as missing.
    is_part : bool
        Whether these are some rows of a column that was read whole; the counts are then those
        of the whole.
    """

    spec: Column
    stored: str
    unparseable: int = 0
    restyled: int = 0
    marked: int = 0
    absent: bool = False
    is_part: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberColumn(_Stored):
    """Numbers or dates.

    Parameters
    ----------
    values : ndarray of float64, shape (rows,)
        Numbers, or microseconds since 1970 for dates; NaN is missing.
    """

    values: FloatArray

    def take(self, rows: Rows) -> NumberColumn:
        """The same column with the given rows only."""
        return replace(self, values=self.values[rows], is_part=True)

    @property
    def nbytes(self) -> int:
        """Memory of the array."""
        return int(self.values.nbytes)

    @property
    def missing(self) -> BoolArray:
        """Which cells are missing."""
        return np.isnan(self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelColumn(_Stored):
    """Categories, or true and false.

    Parameters
    ----------
    codes : ndarray of int32, shape (rows,)
        Index into `levels`; -1 is missing, ``len(levels)`` a level the real table lacks.
    levels : tuple of str
        Levels of the real table, most frequent first.
    strangers : ndarray of int64, shape (rows,), or None
        Hash of the level of each row that the real table lacks, 0 elsewhere; None where there
        is no such row. See `synth_eval.data.hashing`.
    """

    codes: CodeArray
    levels: tuple[str, ...]
    strangers: npt.NDArray[np.int64] | None = None

    def take(self, rows: Rows) -> LevelColumn:
        """The same column with the given rows only."""
        strangers = None if self.strangers is None else self.strangers[rows]
        return replace(self, codes=self.codes[rows], strangers=strangers, is_part=True)

    @property
    def nbytes(self) -> int:
        """Memory of the array."""
        return int(self.codes.nbytes + (0 if self.strangers is None else self.strangers.nbytes))

    @property
    def missing(self) -> BoolArray:
        """Which cells are missing."""
        return self.codes < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TextColumn(_Stored):
    """Identifiers or free text, whose strings are read again each time they are asked for.

    Parameters
    ----------
    missing : ndarray of bool, shape (rows,)
        Which cells are missing.
    read : callable
        Reads the strings.
    """

    missing: BoolArray
    read: Callable[[], pa.Array]

    @property
    def strings(self) -> pa.Array:
        """The cells as text, null where missing."""
        return self.read()

    def take(self, rows: Rows) -> TextColumn:
        """The same column with the given rows only."""
        if isinstance(rows, slice):
            first, last, _ = rows.indices(len(self.missing))
            read = lambda: self.read().slice(first, last - first)  # noqa: E731 - as the one below
        else:
            read = lambda: self.read().take(of_rows(rows))  # noqa: E731
        return replace(self, missing=self.missing[rows], read=read, is_part=True)

    @property
    def nbytes(self) -> int:
        """Memory of the array."""
        return int(self.missing.nbytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorColumn(_Stored):
    """Lists of numbers, all as long as those of the real table.

    Parameters
    ----------
    matrix : ndarray of float32 or float64, shape (rows, width)
        One vector a row; NaN where missing.
    missing : ndarray of bool, shape (rows,)
        Which cells are missing.
    """

    matrix: npt.NDArray[np.floating[Any]]
    missing: BoolArray

    def take(self, rows: Rows) -> VectorColumn:
        """The same column with the given rows only."""
        return replace(self, matrix=self.matrix[rows], missing=self.missing[rows], is_part=True)

    @property
    def nbytes(self) -> int:
        """Memory of the arrays."""
        return int(self.matrix.nbytes + self.missing.nbytes)


AnyColumn = NumberColumn | LevelColumn | TextColumn | VectorColumn
_Form = TypeVar("_Form", NumberColumn, LevelColumn, TextColumn, VectorColumn)


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
        self._columns: Kept[AnyColumn] = Kept(_CACHE_BYTES)
        self._levels: dict[str, tuple[str, ...]] = {}
        self._level_counts: dict[str, npt.NDArray[np.int64]] = {}

    @property
    def name(self) -> str:
        """Name in messages."""
        return self.source.name

    @property
    def num_rows(self) -> int:
        """Number of rows."""
        return self.source.num_rows

    def described(self) -> dict[str, Any]:
        """Name without folders, size and hash, for the record of a run."""
        path = self.source.path
        return {
            "name": self.name if path is None else path.name,
            "rows": self.num_rows,
            "columns": len(self.stored_names),
            "sha256": self.source.sha256(),
        }

    @cached_property
    def stored_names(self) -> list[str]:
        """Column names as stored."""
        return [str(name) for name in self.source.schema.names]

    def column(self, name: str) -> AnyColumn:
        """One column, coerced; a column the table lacks is all missing."""
        return self._columns.get(name, lambda: self._coerce(self.schema[name]))

    def number_column(self, name: str) -> NumberColumn:
        """One column of numbers or dates."""
        return self._of_form(name, NumberColumn)

    def level_column(self, name: str) -> LevelColumn:
        """One column of categories, or of true and false."""
        return self._of_form(name, LevelColumn)

    def text_column(self, name: str) -> TextColumn:
        """One column of identifiers or of free text."""
        return self._of_form(name, TextColumn)

    def vector_column(self, name: str) -> VectorColumn:
        """One column of vectors."""
        return self._of_form(name, VectorColumn)

    def _of_form(self, name: str, form: type[_Form]) -> _Form:
        column = self.column(name)
        if not isinstance(column, form):
            raise TypeError(f"column {name!r} is {column.spec.kind}, no {form.__name__}")
        return column

    def is_kept(self, names: Sequence[str]) -> bool:
        """Whether the named columns, once read, stay in memory together."""
        # Hashes of levels that the real table lacks are rare and left out of the account.
        sizes = {"numerical": 8, "datetime": 8, "categorical": 4, "boolean": 4, "id": 1, "text": 1}
        row = sum(
            8 * self._width(name) + 1
            if self.schema[name].kind == "vector"
            else sizes[self.schema[name].kind]
            for name in names
        )
        return row * self.num_rows <= _CACHE_BYTES

    def batches(self, names: Sequence[str]) -> Iterator[list[AnyColumn]]:
        """Named columns, coerced, a batch of rows at a time.

        Columns whose cells need their whole column to be read are read whole and cut.
        """
        stored = {str(field.name): field.type for field in self.source.schema}
        streamed = [
            name
            for name in names
            if name in stored and reads_by_batch(self.schema[name], stored[name])
        ]
        whole = {name: self.column(name) for name in names if name not in streamed}
        start = 0
        for batch in self._batches(streamed):
            rows = slice(start, start := start + batch.num_rows)
            yield [
                whole[name].take(rows)
                if name in whole
                else self._coerced(self.schema[name], batch.column(streamed.index(name)))
                for name in names
            ]

    def _batches(self, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        if names:
            return self.source.batches(names, coded=True)
        first = self.stored_names[0]  # some column has to tell how many rows there are
        return self.source.batches([first])

    def strings(self, name: str) -> pa.Array:
        """One column as text; all null where the table lacks it.

        Words that stand for a missing cell are missing.
        """
        if name not in self.stored_names:
            return pa.nulls(self.num_rows, pa.string())
        raw = plain_array(self.source.column(name))
        return spelled(raw, self.schema[name]) if name in self.schema else as_text(raw)

    def levels(self, name: str) -> tuple[str, ...]:
        """Levels of the real table, most frequent first, ties in alphabetical order."""
        if self._real is not None:
            return self._real.levels(name)
        if name not in self._levels:
            self._learn_levels(name, coded_words(self._coded(name), self.schema[name]))
        return self._levels[name]

    def level_counts(self, name: str) -> npt.NDArray[np.int64]:
        """Rows of the real table with each of its `levels`."""
        if self._real is not None:
            return self._real.level_counts(name)
        self.levels(name)
        return self._level_counts[name]

    def _coded(self, name: str) -> pa.ChunkedArray:
        return self.source.column(name, coded=True)

    def _learn_levels(self, name: str, words: CodedWords) -> None:
        ranked = sorted(words.counts().items(), key=lambda pair: (-pair[1], pair[0]))
        self._levels[name] = tuple(word for word, _ in ranked)
        self._level_counts[name] = np.array([count for _, count in ranked], np.int64)

    def _width(self, name: str) -> int:
        """Width of the vectors of the real table."""
        real = self if self._real is None else self._real
        return int(real.vector_column(name).matrix.shape[1])

    def _coerce(self, spec: Column) -> AnyColumn:
        if spec.name not in self.stored_names:
            return self._absent(spec)
        return self._coerced(spec, self._coded(spec.name))

    def _coerced(self, spec: Column, cells: pa.Array | pa.ChunkedArray) -> AnyColumn:
        if spec.is_discrete:
            words = coded_words(cells, spec)
            if self._real is None and spec.name not in self._levels:
                self._learn_levels(spec.name, words)
            levels = self.levels(spec.name)
            codes = words.numbered(text_array(levels))
            return LevelColumn(
                spec=spec,
                stored=words.stored,
                unparseable=words.failed,
                marked=words.marked,
                codes=codes,
                levels=levels,
                strangers=words.strangers(codes, len(levels)),
            )
        raw = plain_array(cells)
        stored = str(raw.type)
        if spec.is_continuous:
            read = as_numbers(raw, spec)
            return NumberColumn(
                spec=spec,
                stored=stored,
                unparseable=read.failed,
                restyled=read.restyled,
                marked=read.marked,
                values=read.values,
            )
        if spec.kind == "vector":
            width = self._width(spec.name) if self._real else _own_width(raw)
            vectors, missing, failed = as_vectors(raw, width)
            return VectorColumn(
                spec=spec, stored=stored, unparseable=failed, matrix=vectors, missing=missing
            )
        return TextColumn(
            spec=spec,
            stored=stored,
            missing=is_missing(spelled(raw, spec)),
            read=lambda: spelled(plain_array(cells), spec),
        )

    def _absent(self, spec: Column) -> AnyColumn:
        rows = self.num_rows
        if spec.is_discrete:
            codes = np.full(rows, -1, np.int32)
            return LevelColumn(
                spec=spec, stored="absent", absent=True, codes=codes, levels=self.levels(spec.name)
            )
        if spec.is_continuous:
            gone = np.full(rows, np.nan)
            return NumberColumn(spec=spec, stored="absent", absent=True, values=gone)
        missing = np.ones(rows, bool)
        if spec.kind == "vector":
            return VectorColumn(
                spec=spec,
                stored="absent",
                absent=True,
                matrix=np.full((rows, self._width(spec.name)), np.nan),
                missing=missing,
            )
        return TextColumn(
            spec=spec,
            stored="absent",
            absent=True,
            missing=missing,
            read=lambda: pa.nulls(rows, pa.string()),
        )


def _own_width(raw: pa.Array) -> int:
    """Width of the vectors of a real table; 0 where its column holds something else."""
    return (vector_width(raw) or 0) if is_vector_type(raw.type) else 0
