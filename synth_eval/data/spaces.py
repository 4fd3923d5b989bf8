"""Sampled rows of several tables in one space of distances, scaled by the real table alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synth_eval.data.load import Data
from synth_eval.errors import NotApplicable
from synth_eval.stats.neighbours import EncodedRows, MixedSpace, thinned

__all__ = ["RealSpace"]

RowNumbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RealSpace:
    """Compared columns as coordinates: numbers by their rank in the real table, levels apart.

    Parameters
    ----------
    data : Data
        The tables.
    numbers, levels : sequence of str
        Columns of numbers and dates, and columns of levels.
    space : MixedSpace
        Scales learned from quantiles of all real rows.
    """

    data: Data
    numbers: Sequence[str]
    levels: Sequence[str]
    space: MixedSpace

    @classmethod
    def learn(cls, data: Data) -> RealSpace:
        """Learn the scales.

        Raises
        ------
        NotApplicable
            No column can be compared.
        """
        numbers = [column.name for column in data.schema.compared if column.is_continuous]
        levels = [column.name for column in data.schema.compared if column.is_discrete]
        if not numbers and not levels:
            raise NotApplicable("the schema has no column to compare")
        scales = [thinned(data.real.number_column(name).values) for name in numbers]
        space = MixedSpace(scales, len(levels))
        return cls(data, numbers, levels, space)

    def encode(self, parts: Sequence[tuple[str, RowNumbers]]) -> EncodedRows:
        """Encode rows of tables, given by role and row numbers, one part after the other.

        A column that a table lacks is missing in all its rows.
        """
        tables = [(self.data.tables[role], rows) for role, rows in parts]
        numbers = [
            np.concatenate([table.number_column(name).values[rows] for table, rows in tables])
            for name in self.numbers
        ]
        codes = [
            np.concatenate([table.level_column(name).codes[rows] for table, rows in tables]).astype(
                np.int64
            )
            for name in self.levels
        ]
        return self.space.encode(numbers, codes)
