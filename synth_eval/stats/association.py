"""How strongly two columns depend on each other, from their table of counts.

Everything here works on stacks of tables, shape (..., rows, columns), so that all pairs of
columns, and the same pairs with a part of the rows left out, are one call.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "correlation_ratio",
    "cramers_v",
    "normalised_mutual_information",
    "pearson_correlation",
]

FloatArray = npt.NDArray[np.float64]


def cramers_v(tables: npt.NDArray[Any], corrected: bool = True) -> FloatArray:
    """Cramér's V, bias-corrected after Bergsma (2013): 0 is independence, 1 a function.

    Parameters
    ----------
    tables : ndarray, shape (..., rows, columns)
        Counts.
    corrected : bool
        Subtract what independent columns show in a table of this size. Raw V of two
        independent columns of ten levels and 200 rows is .21.

    Examples
    --------
    >>> import numpy as np
    >>> float(cramers_v(np.diag([50, 50])))
    1.0
    """
    counts = np.asarray(tables, np.float64)
    total = counts.sum(axis=(-2, -1))
    first, second = counts.sum(axis=-1), counts.sum(axis=-2)
    expected = first[..., :, None] * second[..., None, :] / np.maximum(total, 1)[..., None, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = np.where(expected > 0, (counts - expected) ** 2 / expected, 0.0)
        phi = parts.sum(axis=(-2, -1)) / total
    rows, columns = (first > 0).sum(axis=-1), (second > 0).sum(axis=-1)
    if corrected:
        spare = np.maximum(total - 1, 1)
        phi = np.maximum(phi - (rows - 1) * (columns - 1) / spare, 0.0)
        rows = rows - (rows - 1) ** 2 / spare
        columns = columns - (columns - 1) ** 2 / spare
    limit = np.minimum(rows, columns) - 1
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.sqrt(np.where(limit > 0, phi / limit, 0.0))
    return np.asarray(np.minimum(np.nan_to_num(value), 1.0))


def normalised_mutual_information(tables: npt.NDArray[Any]) -> FloatArray:
    """Mutual information over the smaller entropy of the two columns, between 0 and 1."""
    counts = np.asarray(tables, np.float64)
    total = np.maximum(counts.sum(axis=(-2, -1), keepdims=True), 1)
    joint = counts / total
    first, second = joint.sum(axis=-1), joint.sum(axis=-2)
    shared = _entropy(first) + _entropy(second) - _entropy(joint.reshape(*joint.shape[:-2], -1))
    limit = np.minimum(_entropy(first), _entropy(second))
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(limit > 0, shared / limit, 0.0)
    return np.asarray(np.clip(value, 0.0, 1.0))


def _entropy(shares: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = np.where(shares > 0, -shares * np.log(shares), 0.0)
    return np.asarray(parts.sum(axis=-1))


def correlation_ratio(counts: FloatArray, sums: FloatArray, squares: FloatArray) -> FloatArray:
    """Correlation ratio of a number given a level: root of the share of variance between levels.

    Parameters
    ----------
    counts, sums, squares : ndarray, shape (..., levels)
        Rows, sum and sum of squares of the number in each level.

    Examples
    --------
    >>> import numpy as np
    >>> n = np.array([2.0, 2.0])
    >>> float(correlation_ratio(n, np.array([0.0, 2.0]), np.array([0.0, 2.0])))
    1.0
    """
    total = np.maximum(counts.sum(axis=-1), 1)
    mean = sums.sum(axis=-1) / total
    overall = squares.sum(axis=-1) - total * mean**2
    with np.errstate(invalid="ignore", divide="ignore"):
        between = np.where(counts > 0, sums**2 / counts, 0.0).sum(axis=-1) - total * mean**2
        value = np.where(overall > 1e-12 * squares.sum(axis=-1), between / overall, 0.0)
    return np.asarray(np.sqrt(np.clip(value, 0.0, 1.0)))


def pearson_correlation(
    count: FloatArray, sums: tuple[FloatArray, FloatArray], products: tuple[FloatArray, ...]
) -> FloatArray:
    """Pearson correlation from sums; of ranks it is Spearman's.

    Parameters
    ----------
    count : ndarray
        Rows in which both numbers are present.
    sums : pair of ndarray
        Sums of the two numbers over those rows.
    products : three ndarrays
        Sums of the first squared, the second squared, and of the product.
    """
    rows = np.maximum(count, 1)
    first, second = sums[0] / rows, sums[1] / rows
    spread_first = products[0] / rows - first**2
    spread_second = products[1] / rows - second**2
    shared = products[2] / rows - first * second
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = np.sqrt(np.maximum(spread_first, 0) * np.maximum(spread_second, 0))
        value = np.where(scale > 1e-12, shared / scale, 0.0)
    return np.asarray(np.clip(value, -1.0, 1.0))
