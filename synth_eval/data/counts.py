"""Additive counts of cells: one-way tables on fine cells, two-way tables on coarse ones.

The state is plain integer arrays. ``update`` takes a block of rows and forgets it,
``merge`` adds another state, and neither the order nor the number of blocks changes a
single count, so the same functions can run on the partitions of a cluster.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from synth_eval.data.codes import CodeBlock, Plan, encode
from synth_eval.data.table import Table

__all__ = ["Counts", "count_table"]

CountArray = npt.NDArray[np.int64]

_BLOCK_ROWS = 65_536


class Counts:
    """Counts of all one-way and two-way tables of a set of columns.

    Parameters
    ----------
    plans : sequence of Plan
        One per column, in the order of the blocks given to `update`.
    """

    def __init__(self, plans: Sequence[Plan]) -> None:
        self.plans = list(plans)
        self.rows = 0
        self.width = max((plan.coarse_cells for plan in self.plans), default=1)
        self._one = [np.zeros(plan.cells, np.int64) for plan in self.plans]
        self.pairs = list(combinations(range(len(self.plans)), 2))
        self._two = np.zeros((len(self.pairs), self.width**2), np.int64)

    def update(self, block: Sequence[CodeBlock]) -> None:
        """Add rows given as one array of fine cells per column."""
        if not self.plans:
            return
        self.rows += len(block[0])
        for counts, cells in zip(self._one, block, strict=True):
            counts += np.bincount(cells, minlength=len(counts))
        coarse = [
            plan.to_coarse[cells].astype(np.intp)
            for plan, cells in zip(self.plans, block, strict=True)
        ]
        rows = [cells * self.width for cells in coarse]
        for counts, (first, second) in zip(self._two, self.pairs, strict=True):
            counts += np.bincount(rows[first] + coarse[second], minlength=self.width**2)

    def merge(self, other: Counts) -> None:
        """Add the counts of another state over the same plans."""
        self.rows += other.rows
        for mine, theirs in zip(self._one, other._one, strict=True):
            mine += theirs
        self._two += other._two

    def one_way(self, position: int) -> CountArray:
        """Counts of the fine cells of one column."""
        return self._one[position]

    def two_way(self, pair: int) -> CountArray:
        """Counts of the coarse cells of one pair, flattened."""
        counts: CountArray = self._two[pair]
        return counts


def count_table(table: Table, plans: Sequence[Plan]) -> Counts:
    """Count all rows of a table, a block of rows at a time."""
    counts = Counts(plans)
    columns = [encode(table.column(plan.name), plan) for plan in plans]
    for start in range(0, table.num_rows, _BLOCK_ROWS):
        counts.update([cells[start : start + _BLOCK_ROWS] for cells in columns])
    return counts
