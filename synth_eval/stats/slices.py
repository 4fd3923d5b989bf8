"""Distances inside slices of two tables, for many slices at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["joint_counts", "sample_distance", "slice_distances"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Codes = npt.NDArray[np.intp]


def joint_counts(slices: Codes, cells: Codes, n_slices: int, width: int) -> IntArray:
    """Counts of the cells of one column in each slice, shape (slices, width)."""
    counts = np.bincount(slices * width + cells, minlength=n_slices * width)
    return np.asarray(counts.reshape(n_slices, width), np.int64)


def slice_distances(real: IntArray, other: IntArray) -> tuple[FloatArray, FloatArray]:
    """Total variation distance of one column inside each slice, and its standard error.

    Parameters
    ----------
    real, other : ndarray of int64, shape (slices, cells)
        Counts; every slice has rows on both sides.

    Examples
    --------
    >>> import numpy as np
    >>> slice_distances(np.array([[5, 5], [2, 0]]), np.array([[75, 25], [9, 0]]))[0].tolist()
    [0.25, 0.0]
    """
    n, m = real.sum(axis=1), other.sum(axis=1)
    p, q = real / n[:, None], other / m[:, None]
    sign = np.sign(p - q)
    # The distance is half the difference of two means of ±1 variables.
    variance = np.zeros(len(real))
    for shares, rows in ((p, n), (q, m)):
        first = (sign * shares).sum(axis=1)
        variance += np.maximum((sign**2 * shares).sum(axis=1) - first**2, 0.0) / rows
    return 0.5 * np.abs(p - q).sum(axis=1), 0.5 * np.sqrt(variance)


def sample_distance(real: IntArray, share: float) -> FloatArray:
    """About the expected distance of a real sample of a share of each slice's rows.

    The normal approximation, capped where cells are so rare that it exceeds what rows they
    have; good enough to rank slices.

    Parameters
    ----------
    real : ndarray of int64, shape (slices, cells)
        Counts of the real table.
    share : float
        Share of the slice's rows.
    """
    n = real.sum(axis=1)[:, None]
    p = real / n
    spread = np.sqrt(2 / np.pi * p * (1 - p) * (1 / n + 1 / np.maximum(share * n, 2.0)))
    return np.asarray(0.5 * np.minimum(spread, 2 * p).sum(axis=1))
