"""A table coerced to the schema of the real one, column by column, as plain arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synth_eval.data.arrow import text_array
from synth_eval.data.coerce import CodedWords, as_numbers, as_text, coded_words, reads_by_batch
from synth_eval.data.kept import Kept
from synth_eval.data.schema import Column, Schema
from synth_eval.data.source import Source, plain_array

__all__ = ["CoercedColumn", "Table"]

FloatArray = npt.NDArray[np.float64]
CodeArray = npt.NDArray[np.int32]

_NO_VALUES = np.empty(0, np.float64)
_NO_CODES = np.empty(0, np.int32)

_CACHE_BYTES = 128 << 20
"""Coerced columns kept per table; the columns of larger tables are read again."""


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

    def take(self, rows: npt.NDArray[np.int64] | slice) -> CoercedColumn:
        """The same column with the given rows only."""
        part = "values" if self.spec.is_continuous else "codes"
        return replace(self, **{part: getattr(self, part)[rows]})

    @property
    def nbytes(self) -> int:
        """Memory of the arrays."""
        return int(self.values.nbytes + self.codes.nbytes)

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
        self._columns: Kept[CoercedColumn] = Kept(_CACHE_BYTES)
        self._levels: dict[str, tuple[str, ...]] = {}

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

    def column(self, name: str) -> CoercedColumn:
        """One column, coerced; a column the table lacks is all missing."""
        return self._columns.get(name, lambda: self._coerce(self.schema[name]))

    def is_kept(self, names: Sequence[str]) -> bool:
        """Whether the named columns, once read, stay in memory together."""
        sizes = [8 if self.schema[name].is_continuous else 4 for name in names]
        return sum(sizes) * self.num_rows <= _CACHE_BYTES

    def batches(self, names: Sequence[str]) -> Iterator[list[CoercedColumn]]:
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
        """One column as text, as it was stored; all null where the table lacks it."""
        if name not in self.stored_names:
            return pa.nulls(self.num_rows, pa.string())
        return as_text(plain_array(self.source.column(name)))

    def levels(self, name: str) -> tuple[str, ...]:
        """Levels of the real table, most frequent first, ties in alphabetical order."""
        if self._real is not None:
            return self._real.levels(name)
        if name not in self._levels:
            self._learn_levels(name, coded_words(self._coded(name), self.schema[name]))
        return self._levels[name]

    def unseen_levels(self, name: str) -> dict[str, int]:
        """Levels of this table that the real one lacks, with their number of rows."""
        if name not in self.stored_names:
            return {}
        counts = coded_words(self._coded(name), self.schema[name]).counts()
        unseen = counts.keys() - set(self.levels(name))
        return dict(
            sorted(((word, counts[word]) for word in unseen), key=lambda pair: (-pair[1], pair[0]))
        )

    def _coded(self, name: str) -> pa.ChunkedArray:
        return self.source.column(name, coded=True)

    def _learn_levels(self, name: str, words: CodedWords) -> None:
        ranked = sorted(words.counts().items(), key=lambda pair: (-pair[1], pair[0]))
        self._levels[name] = tuple(word for word, _ in ranked)

    def _coerce(self, spec: Column) -> CoercedColumn:
        if spec.name not in self.stored_names:
            return self._absent(spec)
        return self._coerced(spec, self._coded(spec.name))

    def _coerced(self, spec: Column, cells: pa.Array | pa.ChunkedArray) -> CoercedColumn:
        if spec.is_continuous:
            raw = plain_array(cells)
            values, failed = as_numbers(raw, spec)
            return CoercedColumn(spec, values, _NO_CODES, (), failed, str(raw.type))
        words = coded_words(cells, spec)
        if self._real is None and spec.is_discrete and spec.name not in self._levels:
            self._learn_levels(spec.name, words)
        levels = self.levels(spec.name) if spec.is_discrete else ()
        codes = words.numbered(text_array(levels))
        return CoercedColumn(spec, _NO_VALUES, codes, levels, words.failed, words.stored)

    def _absent(self, spec: Column) -> CoercedColumn:
        if spec.is_continuous:
            gone = np.full(self.num_rows, np.nan)
            return CoercedColumn(spec, gone, _NO_CODES, (), 0, "absent", absent=True)
        levels = self.levels(spec.name) if spec.is_discrete else ()
        codes = np.full(self.num_rows, -1, np.int32)
        return CoercedColumn(spec, _NO_VALUES, codes, levels, 0, "absent", absent=True)
