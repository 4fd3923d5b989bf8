"""Distances between two samples of one variable, with the intervals that go with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "Distance",
    "ks_distance",
    "total_variation_distance",
    "wasserstein_distance",
]

FloatArray = npt.NDArray[np.float64]


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
    """

    value: float
    error: float
    influence: Callable[[Any], FloatArray] | None = field(default=None, repr=False, compare=False)

    def interval(self, z: float) -> tuple[float, float]:
        """``value ± z·error``, not below zero."""
        return max(self.value - z * self.error, 0.0), self.value + z * self.error


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
        return Distance(1.0, 0.0)
    p, q = real / n, synthetic / m
    difference = p - q
    sign = np.sign(difference)
    # The distance is half the difference of two means of ±1 variables.
    variance = (sign @ (sign * p) - (sign @ p) ** 2) / n + (sign @ (sign * q) - (sign @ q) ** 2) / m
    value = min(0.5 * float(np.abs(difference).sum()), 1.0)
    error = 0.5 * float(np.sqrt(max(variance, 0.0)))
    return Distance(value, error, lambda cells: 0.5 * sign[cells])


def _distribution_functions(
    real: FloatArray, synthetic: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    grid = np.unique(np.concatenate([real, synthetic]))
    first = np.searchsorted(np.sort(real), grid, side="right") / len(real)
    second = np.searchsorted(np.sort(synthetic), grid, side="right") / len(synthetic)
    return grid, first, second


def ks_distance(real: FloatArray, synthetic: FloatArray) -> Distance:
    """Kolmogorov-Smirnov distance: the largest gap between two distribution functions.

    Exact on all rows. Between 0 and 1, not changed by any increasing transformation. It
    sees shifts in the bulk; a lost tail or a lost spike can stay below it.

    Parameters
    ----------
    real, synthetic : ndarray of float64, shape (rows,)
        Values without missing ones; infinities are ordered like numbers. An empty side is
        as far as can be: 1.

    Examples
    --------
    >>> import numpy as np
    >>> ks_distance(np.array([0.0, 1.0]), np.array([5.0, 6.0])).value
    1.0
    """
    if len(real) == 0 or len(synthetic) == 0:
        return Distance(1.0, 0.0)
    grid, first, second = _distribution_functions(real, synthetic)
    gaps = np.abs(first - second)
    at = int(gaps.argmax())
    p, q = first[at], second[at]
    error = np.sqrt(p * (1 - p) / len(real) + q * (1 - q) / len(synthetic))
    return Distance(float(gaps[at]), float(error), lambda x: (x <= grid[at]).astype(np.float64))


def wasserstein_distance(real: FloatArray, synthetic: FloatArray) -> Distance:
    """Wasserstein-1 distance: the area between two distribution functions, in units of the values.

    The mean way a value has to move. It sees far tails that Kolmogorov-Smirnov does not, and
    is as sensitive to a single huge value as a mean.

    Parameters
    ----------
    real, synthetic : ndarray of float64, shape (rows,)
        Finite values, at least one on each side.

    Examples
    --------
    >>> import numpy as np
    >>> wasserstein_distance(np.array([0.0, 1.0, 3.0]), np.array([5.0, 6.0, 8.0])).value
    5.0
    """
    scale = float(max(np.abs(real).max(), np.abs(synthetic).max()))
    shrink = scale if scale > 1e150 else 1.0  # differences of huge values must not overflow
    grid, first, second = _distribution_functions(real / shrink, synthetic / shrink)
    steps = np.diff(grid)
    gap = (first - second)[:-1]
    value = float(np.abs(gap) @ steps)
    # Influence of a value: the signed area to its right.
    area = np.concatenate([np.cumsum((np.sign(gap) * steps)[::-1])[::-1], [0.0]])
    variance = 0.0
    for distribution, rows in ((first, len(real)), (second, len(synthetic))):
        weight = np.diff(distribution, prepend=0.0)
        variance += max(float(weight @ area**2 - (weight @ area) ** 2), 0.0) / rows

    def influence(x: FloatArray) -> FloatArray:
        place = np.searchsorted(grid, x / shrink, side="left")
        return np.asarray(area[np.minimum(place, len(area) - 1)] * shrink)

    with np.errstate(over="ignore"):
        return Distance(value * shrink, float(np.sqrt(variance)) * shrink, influence)
