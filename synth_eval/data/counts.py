"""Additive counts of cells: one-way tables on fine cells, two- and three-way ones on coarse.

The state is plain integer arrays. ``update`` takes a block of rows and forgets it,
``merge`` adds another state, and neither the order nor the number of blocks changes a
single count, so the same functions can run on the partitions of a cluster.

Two-way tables are counted four at a time: columns are fused two by two, one pass counts
the joint cells of two fused columns (at most 13 ⁴, which stay in the cache), and the tables
of the four pairs across them are its margins.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from synth_eval.data.codes import CodeBlock, Plan

__all__ = ["Counts", "TripleCounts"]

CountArray = npt.NDArray[np.int64]
Codes = npt.NDArray[np.intp]

_FUSED_ROWS = 0.4
"""Rows per joint cell from which one pass over four pairs beats four passes."""
_PAIR_BLOCK = 8_192


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
        # Half the memory until a count could overflow: 500 columns have 124,750 pairs.
        self._two: npt.NDArray[np.signedinteger[Any]] = np.zeros(
            (len(self.pairs), self.width**2), np.int32
        )

    def update(self, block: Sequence[CodeBlock]) -> None:
        """Add rows given as one array of fine cells per column."""
        if not self.plans:
            return
        self._add_rows(len(block[0]))
        for counts, cells in zip(self._one, block, strict=True):
            counts += np.bincount(cells, minlength=len(counts))
        coarse = [
            plan.to_coarse.astype(np.intp).take(cells)
            for plan, cells in zip(self.plans, block, strict=True)
        ]
        if len(block[0]) < _FUSED_ROWS * self.width**4:
            self._count_pairs(coarse)
        else:
            self._count_fused(coarse)

    def merge(self, other: Counts) -> None:
        """Add the counts of another state over the same plans."""
        self._add_rows(other.rows)
        for mine, theirs in zip(self._one, other._one, strict=True):
            mine += theirs
        self._two += other._two

    @property
    def nbytes(self) -> int:
        """Memory of the counts."""
        return int(sum(counts.nbytes for counts in self._one) + self._two.nbytes)

    def one_way(self, position: int) -> CountArray:
        """Counts of the fine cells of one column."""
        return self._one[position]

    def two_way(self, pair: int) -> CountArray:
        """Counts of the coarse cells of one pair, flattened."""
        counts: CountArray = self._two[pair].astype(np.int64)
        return counts

    def two_way_blocks(self) -> Iterator[tuple[slice, CountArray]]:
        """Counts of all pairs, shape (pairs of the block, width²), a block of pairs at a time."""
        for start in range(0, len(self.pairs), _PAIR_BLOCK):
            block = slice(start, min(start + _PAIR_BLOCK, len(self.pairs)))
            yield block, self._two[block].astype(np.int64)

    def _add_rows(self, rows: int) -> None:
        self.rows += rows
        if self.rows > np.iinfo(np.int32).max:
            self._two = self._two.astype(np.int64, copy=False)

    def _pair(self, first: int, second: int) -> int:
        """Number of a pair in the order of `pairs`."""
        return first * (2 * len(self.plans) - first - 1) // 2 + second - first - 1

    def _count_pairs(self, coarse: Sequence[Codes]) -> None:
        rows = [cells * self.width for cells in coarse]
        for counts, (first, second) in zip(self._two, self.pairs, strict=True):
            counts += np.bincount(rows[first] + coarse[second], minlength=self.width**2)

    def _count_fused(self, coarse: Sequence[Codes]) -> None:
        width = self.width
        couples = list(zip(range(0, len(coarse) - 1, 2), range(1, len(coarse), 2), strict=True))
        fused = [coarse[first] * width + coarse[second] for first, second in couples]
        for left, couple in enumerate(couples):
            self._two[self._pair(*couple)] += np.bincount(fused[left], minlength=width**2)
            rows = fused[left] * width**2
            for right in range(left + 1, len(couples)):
                joint = np.bincount(rows + fused[right], minlength=width**4)
                self._add_margins(couple, couples[right], joint)
        if len(coarse) % 2:
            self._count_last(couples, fused, coarse[-1])

    def _count_last(
        self, couples: Sequence[tuple[int, int]], fused: Sequence[Codes], last: Codes
    ) -> None:
        """Pairs of the last column, where it has none to be fused with."""
        width, column = self.width, len(self.plans) - 1
        for (first, second), cells in zip(couples, fused, strict=True):
            joint = np.bincount(cells * width + last, minlength=width**3)
            table = joint.reshape(width, width, width)
            self._two[self._pair(first, column)] += table.sum(axis=1).reshape(-1)
            self._two[self._pair(second, column)] += table.sum(axis=0).reshape(-1)

    def _add_margins(
        self, left: tuple[int, int], right: tuple[int, int], joint: CountArray
    ) -> None:
        """Add the four tables across two couples of columns, margins of their joint table."""
        width = self.width
        table = joint.reshape(width, width, width**2)
        add = np.add.reduce  # a method of the array takes twice the time on so small ones
        for axis, own in zip((1, 0), left, strict=True):
            cube = add(table, axis=axis).reshape(width, width, width)
            self._two[self._pair(own, right[0])] += add(cube, axis=2).reshape(-1)
            self._two[self._pair(own, right[1])] += add(cube, axis=1).reshape(-1)


class TripleCounts:
    """Counts of chosen three-way tables on few cells a column, added up as `Counts` are.

    Parameters
    ----------
    maps : sequence of ndarray of int, shape (fine cells,)
        Per column the few cells that its fine cells are merged into.
    triples : sequence of tuple of int
        Positions of the three columns of each table, rising.
    """

    def __init__(
        self, maps: Sequence[npt.NDArray[np.uint16]], triples: Sequence[tuple[int, int, int]]
    ) -> None:
        self.maps = list(maps)
        self.triples = list(triples)
        self.rows = 0
        self.width = max((int(own.max()) + 1 for own in self.maps), default=1)
        self._three: CountArray = np.zeros((len(self.triples), self.width**3), np.int64)

    def update(self, block: Sequence[CodeBlock]) -> None:
        """Add rows given as one array of fine cells per column."""
        if not self.maps:
            return
        self.rows += len(block[0])
        few = [own.astype(np.intp).take(cells) for own, cells in zip(self.maps, block, strict=True)]
        couple, fused = (-1, -1), few[0]
        for counts, (first, second, third) in zip(self._three, self.triples, strict=True):
            if couple != (first, second):  # triples of one couple follow each other
                couple = (first, second)
                fused = (few[first] * self.width + few[second]) * self.width
            counts += np.bincount(fused + few[third], minlength=self.width**3)

    def merge(self, other: TripleCounts) -> None:
        """Add the counts of another state over the same maps and triples."""
        self.rows += other.rows
        self._three += other._three

    @property
    def nbytes(self) -> int:
        """Memory of the counts."""
        return int(self._three.nbytes)

    def three_way(self, triple: int) -> CountArray:
        """Counts of the cells of one triple, flattened."""
        counts: CountArray = self._three[triple]
        return counts

    def value(self) -> CountArray:
        """Counts of all triples, shape (triples, width³)."""
        return self._three
