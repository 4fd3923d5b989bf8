"""Distances between two samples of one variable, with the intervals that go with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from synth_eval.stats.empirical import EmpiricalDistribution, merged_steps

__all__ = [
    "Distance",
    "jensen_shannon_distance",
    "ks_distance",
    "total_variation_distance",
    "total_variation_distances",
    "wasserstein_distance",
]

FloatArray = npt.NDArray[np.float64]
Sample = FloatArray | EmpiricalDistribution

_BLOCK_STEPS = 1 << 16  # a choice: half a megabyte an array, however many steps there are


@dataclass(frozen=True, slots=True)
class Distance:
    """A plug-in distance and the standard error of its leading term.

    Near zero a plug-in distance is biased upward: two samples of one distribution differ.
    That part is not in `error`; compare with the distance expected of a real sample.

    Parameters
    ----------
    value : float
        The distance.
    error : float
        Standard error.
    influence : callable, optional
        What one row moves: values (or cells) of rows in, their influence out, so that the
        error of a mean over several distances of the same rows can be computed.
    most : float
        Largest value that the distance can have.
    """

    value: float
    error: float
    influence: Callable[[Any], FloatArray] | None = field(default=None, repr=False, compare=False)
    most: float = float("inf")

    def interval(self, z: float) -> tuple[float, float]:
        """``value ± z·error``, not below zero and not above what is possible.

        Examples
        --------
        >>> Distance(0.9, 0.1, most=1.0).interval(2.0)
        (0.7, 1.0)
        """
        half = z * self.error
        return max(self.value - half, 0.0), max(min(self.value + half, self.most), self.value)

    def without_influence(self) -> Distance:
        """The distance alone; the influence holds arrays as long as the sample."""
        return replace(self, influence=None)


def total_variation_distance(
    real: npt.NDArray[np.int64], synthetic: npt.NDArray[np.int64]
) -> Distance:
    """Total variation distance of two tables of counts over the same cells.

    Half the sum of absolute differences of the shares: the share of rows that would have to
    move for the tables to agree. 0 is the same table, 1 no cell in common.

    Parameters
    ----------
    real, synthetic : ndarray of int, shape (cells,)
        Counts. Missing values, other and unseen levels are cells like any other.

    Examples
    --------
    >>> import numpy as np
    >>> total_variation_distance(np.array([5, 5]), np.array([75, 25])).value
    0.25
    """
    n, m = int(real.sum()), int(synthetic.sum())
    if n == 0 or m == 0:
        return Distance(1.0, 0.0, most=1.0)
    p, q = real / n, synthetic / m
    difference = p - q
    sign = np.sign(difference)
    # The distance is half the difference of two means of ±1 variables.
    variance = (sign @ (sign * p) - (sign @ p) ** 2) / n + (sign @ (sign * q) - (sign @ q) ** 2) / m
    value = min(0.5 * float(np.abs(difference).sum()), 1.0)
    error = 0.5 * max(float(variance), 0.0) ** 0.5
    return Distance(value, error, lambda cells: 0.5 * sign[cells], most=1.0)


def jensen_shannon_distance(real: npt.NDArray[Any], synthetic: npt.NDArray[Any]) -> float:
    """Jensen-Shannon distance of two tables of counts or shares, base 2: between 0 and 1.

    The root of the mean divergence of both tables from their mixture. It weighs rare cells
    more than total variation does; like it, it depends on how cells are cut.

    Parameters
    ----------
    real, synthetic : ndarray, shape (cells,)
        Counts or shares.

    Examples
    --------
    >>> import numpy as np
    >>> round(jensen_shannon_distance(np.array([5, 5]), np.array([75, 25])) ** 2, 5)
    0.04879
    """
    if real.sum() == 0 or synthetic.sum() == 0:
        return 1.0
    divergence = 0.0
    shares = real / real.sum(), synthetic / synthetic.sum()
    middle = (shares[0] + shares[1]) / 2
    for table in shares:  # in numpy: a run that only counts need not load `scipy.special`
        filled = table > 0
        divergence += float(table[filled] @ np.log2(table[filled] / middle[filled])) / 2
    return float(np.sqrt(np.clip(divergence, 0.0, 1.0)))


def total_variation_distances(
    real: npt.NDArray[np.int64], synthetic: npt.NDArray[np.int64]
) -> tuple[FloatArray, FloatArray, npt.NDArray[np.int8]]:
    """Total variation distances of many pairs of tables of the same rows.

    Parameters
    ----------
    real, synthetic : ndarray of int, shape (tables, cells)
        Counts; every table of a side has the same number of rows, at least one.

    Returns
    -------
    values, errors : ndarray of float64, shape (tables,)
        Distances and their standard errors.
    signs : ndarray of int8, shape (tables, cells)
        Whether a cell is more frequent in the real tables (1) or in the synthetic ones (-1);
        half of it is the influence of a row in that cell.
    """
    difference = real / real[0].sum()
    p = difference.copy()
    q = synthetic / synthetic[0].sum()
    difference -= q
    signs = np.sign(difference)
    variance = np.zeros(len(real))
    for shares, rows in ((p, int(real[0].sum())), (q, int(synthetic[0].sum()))):
        mean = np.einsum("tc,tc->t", signs, shares)
        variance += (np.einsum("tc,tc->t", np.abs(signs), shares) - mean**2) / rows
    values = np.minimum(0.5 * np.abs(difference).sum(axis=1), 1.0)
    return values, 0.5 * np.sqrt(np.maximum(variance, 0.0)), signs.astype(np.int8)


def ks_distance(real: Sample, synthetic: Sample) -> Distance:
    """Kolmogorov-Smirnov distance: the largest gap between two distribution functions.

    Exact on all rows. Between 0 and 1, not changed by any increasing transformation. It
    sees shifts in the bulk; a lost tail or a lost spike can stay below it.

    Parameters
    ----------
    real, synthetic : ndarray of float64, shape (rows,), or EmpiricalDistribution
        Values without missing ones; infinities are ordered like numbers. An empty side is
        as far as can be: 1.

    Examples
    --------
    >>> import numpy as np
    >>> ks_distance(np.array([0.0, 1.0]), np.array([5.0, 6.0])).value
    1.0
    """
    first, second = EmpiricalDistribution.of(real), EmpiricalDistribution.of(synthetic)
    if first.rows == 0 or second.rows == 0:
        return Distance(1.0, 0.0, most=1.0)
    largest, at, p, q = -1.0, 0.0, 0.0, 0.0
    for grid, below_first, below_second in merged_steps(first, second):
        gaps = np.abs(below_first - below_second)
        top = int(gaps.argmax())
        if gaps[top] > largest:
            largest, at = float(gaps[top]), float(grid[top])
            p, q = float(below_first[top]), float(below_second[top])
    error = np.sqrt(p * (1 - p) / first.rows + q * (1 - q) / second.rows)
    return Distance(largest, float(error), lambda x: (x <= at).astype(np.float64), most=1.0)


def wasserstein_distance(real: Sample, synthetic: Sample) -> Distance:
    """Wasserstein-1 distance: the area between two distribution functions, in units of the values.

    The mean way a value has to move. It sees far tails that Kolmogorov-Smirnov does not, and
    is as sensitive to a single huge value as a mean.

    Parameters
    ----------
    real, synthetic : ndarray of float64, shape (rows,), or EmpiricalDistribution
        Finite values, at least one on each side.

    Examples
    --------
    >>> import numpy as np
    >>> wasserstein_distance(np.array([0.0, 1.0, 3.0]), np.array([5.0, 6.0, 8.0])).value
    5.0
    """
    first, second = EmpiricalDistribution.of(real), EmpiricalDistribution.of(synthetic)
    scale = max(float(np.abs(side.values[[0, -1]]).max()) for side in (first, second))
    shrink = scale if scale > 1e150 else 1.0  # differences of huge values must not overflow
    if shrink != 1.0:
        first, second = first.divided_by(shrink), second.divided_by(shrink)
    value, grid, area = _area_between(first, second)
    variance = sum(_variance(side, grid, area) / side.rows for side in (first, second))

    def influence(x: FloatArray) -> FloatArray:
        place = np.searchsorted(grid, x / shrink, side="left")
        return np.asarray(area[np.minimum(place, len(area) - 1)] * shrink)

    with np.errstate(over="ignore"):
        return Distance(value * shrink, float(np.sqrt(variance)) * shrink, influence)


def _area_between(
    first: EmpiricalDistribution, second: EmpiricalDistribution
) -> tuple[float, FloatArray, FloatArray]:
    """Area between two distribution functions, all values, and the signed area right of each."""
    size = len(first.values) + len(second.values)
    values, area = np.empty(size), np.zeros(size)
    total, steps = 0.0, 0
    for grid, below_first, below_second in merged_steps(first, second):
        gaps = below_first - below_second
        values[steps : steps + len(grid)] = grid
        area[steps : steps + len(grid)] = gaps  # the area itself once the next value is known
        steps += len(grid)
    values, area = values[:steps], area[:steps]
    for start in range(0, steps - 1, _BLOCK_STEPS):
        block = slice(start, min(start + _BLOCK_STEPS, steps - 1))
        width = np.diff(values[block.start : block.stop + 1])
        total += float((np.abs(area[block]) * width).sum())  # BLAS would wake its threads
        area[block] = np.sign(area[block]) * width
    area[-1] = 0.0
    # Influence of a value: the signed area to its right.
    backwards = area[::-1]
    np.cumsum(backwards, out=backwards)
    return total, values, area


def _variance(side: EmpiricalDistribution, grid: FloatArray, area: FloatArray) -> float:
    """Variance of the influence over the rows of one sample."""
    total = squares = 0.0
    for block in side.blocks():
        effect = area[np.searchsorted(grid, side.values[block])]
        before = side.cumulative[block.start - 1] if block.start else 0
        weight = np.diff(side.cumulative[block], prepend=before) / side.rows
        total += float((weight * effect).sum())
        squares += float((weight * effect**2).sum())
    return max(squares - total**2, 0.0)
