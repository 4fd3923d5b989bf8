"""Is a table closer to another one than fresh rows of the same reality would be?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synth_eval.stats.worth import expected_absolute_difference

__all__ = ["TableSet", "closeness_ratio", "fitted_factor", "ratio_of_fresh_rows"]

CountArray = npt.NDArray[np.int64]
CellArray = npt.NDArray[np.intp]
FloatArray = npt.NDArray[np.float64]

_KNOWN_ROWS = 1e15  # so many rows that their shares are known


@dataclass(frozen=True, slots=True)
class TableSet:
    """The same set of tables (columns, pairs or triples) counted on several samples.

    Parameters
    ----------
    real, other : ndarray of int64, shape (tables, cells)
        Counts of the two samples that are compared.
    pooled : ndarray of int64, shape (tables, cells)
        Counts of all rows known to be real, from which true shares are taken.
    """

    real: CountArray
    other: CountArray
    pooled: CountArray

    @property
    def sizes(self) -> tuple[int, int]:
        """Rows of the two samples."""
        return int(self.real[0].sum()), int(self.other[0].sum())


def closeness_ratio(tables: TableSet) -> float:
    """Mean distance in units of what fresh rows would show: 1 for fresh rows, 0 for a copy.

    Parameters
    ----------
    tables : TableSet
        Counts of real, synthetic, and all real rows.
    """
    n, m = tables.sizes
    distances = np.abs(tables.real / n - tables.other / m).sum(axis=1) / 2
    return float(distances.mean() / _expected(tables.pooled, n, m))


def fitted_factor(tables: TableSet) -> float:
    """Ratio of rows drawn from the real table's own shares, as a generator that fits them does.

    About sqrt((1/m) / (1/m + 1/n)) for well filled cells.
    """
    n, m = tables.sizes
    return _expected(tables.real, _KNOWN_ROWS, m) / _expected(tables.pooled, n, m)


def _expected(counts: CountArray, n: float, m: float) -> float:
    """Mean expected distance of samples of n and m rows, over the tables."""
    distinct, numbers = np.unique(counts[counts > 0], return_counts=True)
    shares = distinct / counts[0].sum()
    return float(expected_absolute_difference(shares, n, m) @ numbers / (2 * len(counts)))


def ratio_of_fresh_rows(
    cells: Sequence[CellArray],
    width: int,
    sizes: tuple[int, int, int],
    repeats: int,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Mean and standard deviation of the ratio where the other sample is fresh.

    Rows known to be real are dealt at random into a real table, a holdout and fresh rows.

    Parameters
    ----------
    cells : sequence of ndarray of int, shape (rows,)
        Cell of every dealt row, one array per table.
    width : int
        Cells of a table.
    sizes : tuple of int
        Rows of the real table, of the holdout (0 for none) and of the fresh rows; together
        at most the rows there are.
    repeats : int
        Number of deals.
    rng : Generator
        Source of the deals.
    """
    n, h, m = sizes
    ratios = []
    for _ in range(repeats):
        order = rng.permutation(len(cells[0]))
        parts = (order[:n], order[n : n + h], order[n + h : n + h + m])
        real, holdout, fresh = (
            np.stack([np.bincount(own[part], minlength=width) for own in cells]) for part in parts
        )
        ratios.append(closeness_ratio(TableSet(real, fresh, real + holdout)))
    return float(np.mean(ratios)), float(np.std(ratios, ddof=1))
