"""Rows of several tables in one space of distances, scaled without any synthetic table.

Numbers stand at their rank in a reference, levels apart from each other; see
`synth_eval.stats.neighbours.MixedSpace`. What differs between uses is the reference alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from synth_eval.data.baseline import Baseline
from synth_eval.data.codes import level_identities
from synth_eval.data.table import Table
from synth_eval.errors import NotApplicable
from synth_eval.stats.neighbours import EncodedRows, MixedSpace, Neighbours, nearest, thinned

__all__ = ["Space", "space_of"]

FloatArray = npt.NDArray[np.float64]
RowNumbers = npt.NDArray[np.int64]

Scales = Literal["real quantiles", "real and holdout"]

_CLASSES = 20
"""Classes of a number where it is compared like a level, each of a twentieth of the rows."""


@dataclass(frozen=True, slots=True)
class Space:
    """Columns as coordinates.

    Parameters
    ----------
    numbers, levels : tuple of str
        Columns of numbers and dates, and columns of levels.
    mixed : MixedSpace
        The learned scales.
    """

    numbers: tuple[str, ...]
    levels: tuple[str, ...]
    mixed: MixedSpace

    @property
    def grid(self) -> int:
        """Steps between two numbers as far apart as two levels."""
        return self.mixed.grid

    def encode(
        self, tables: Mapping[str, Table], role: str, rows: RowNumbers | None = None
    ) -> EncodedRows:
        """Encode rows of one table, all of them by default.

        A column that the table lacks is missing in all its rows. Levels are
        equal where their names are, those that the real table lacks as well: see
        `synth_eval.data.codes.level_identities`.

        Parameters
        ----------
        tables : mapping of str to Table
            Tables by role.
        role : str
            Which of them.
        rows : ndarray of int64, optional
            Row numbers.
        """
        table = tables[role]
        chosen: RowNumbers | slice = slice(None) if rows is None else rows
        codes = [level_identities(table, name, chosen) for name in self.levels]
        return self.mixed.encode(
            [table.number_column(name).values[chosen] for name in self.numbers], codes
        )

    def encode_parts(
        self, tables: Mapping[str, Table], parts: Sequence[tuple[str, RowNumbers]]
    ) -> EncodedRows:
        """Encode rows given by role and row numbers, one part after the other."""
        encoded = [self.encode(tables, role, rows) for role, rows in parts]
        return EncodedRows(
            np.concatenate([part.numbers for part in encoded]),
            np.concatenate([part.codes for part in encoded], axis=1),
        )

    def columns(self, rows: EncodedRows, names: Sequence[str]) -> EncodedRows:
        """The same rows with some of the columns, for distances over those alone."""
        numbers = [place for place, name in enumerate(self.numbers) if name in names]
        codes = [place for place, name in enumerate(self.levels) if name in names]
        codes += [len(self.levels) + place for place in numbers]  # marks of missing numbers
        return EncodedRows(rows.numbers[:, numbers], rows.codes[codes])

    def cells(self, rows: EncodedRows, name: str) -> RowNumbers:
        """One column as whole numbers: levels as they are, numbers in twenty classes."""
        if name in self.levels:
            return np.asarray(rows.codes[self.levels.index(name)], np.int64)
        place = self.numbers.index(name)
        position = rows.numbers[:, place].astype(np.float64) / self.grid + 0.5
        classes = np.clip(np.floor(position * _CLASSES), -1, _CLASSES).astype(np.int64)
        missing = rows.codes[len(self.levels) + place] == 1
        return np.where(missing, _CLASSES + 1, classes)

    def nearest(
        self,
        queries: EncodedRows,
        base: EncodedRows,
        k: int = 1,
        radii: FloatArray | None = None,
    ) -> Neighbours:
        """Nearest rows of `base` for each query, and how many lie within its radius."""
        return nearest(queries, base, self.grid, k, radii)


def space_of(baseline: Baseline, names: Sequence[str], scales: Scales) -> Space:
    """Space of some columns, learned once.

    Parameters
    ----------
    baseline : Baseline
        The real side.
    names : sequence of str
        Columns, compared ones of the schema.
    scales : {"real quantiles", "real and holdout"}
        What numbers are ranked in. ``"real quantiles"``: a hundred quantiles of the real table;
        ranks of all its values would lay its own rows out evenly, as those of no other table
        are. ``"real and holdout"``: all values of both, which tell nothing about who is a
        member.

    Raises
    ------
    NotApplicable
        There is no column.
    """
    if not names:
        raise NotApplicable("the schema has no column to compare")
    return baseline.once(("space", scales, *names), lambda: _learn(baseline, names, scales))


def _learn(baseline: Baseline, names: Sequence[str], scales: Scales) -> Space:
    numbers = [name for name in names if baseline.schema[name].is_continuous]
    levels = [name for name in names if not baseline.schema[name].is_continuous]

    def reference(name: str) -> FloatArray:
        if scales == "real quantiles":
            return thinned(baseline.real.number_column(name).values)
        return np.concatenate(
            [table.number_column(name).values for table in baseline.tables.values()]
        )

    mixed = MixedSpace([reference(name) for name in numbers], len(levels))
    return Space(tuple(numbers), tuple(levels), mixed)
