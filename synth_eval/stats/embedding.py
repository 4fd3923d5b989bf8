"""The plane in which the rows of a table spread most, and where the rows of others fall on it.

Principal axes of numbers and levels together: numbers are standardised, a level is an
indicator divided by the square root of its share, as in factor analysis of mixed data (Pagès
2004), so that a column of many levels does not outweigh a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Plane", "principal_plane"]

FloatArray = npt.NDArray[np.float64]
NumberArray = npt.NDArray[np.floating]
CodeArray = npt.NDArray[np.integer]

_LEVELS = 12  # a choice: of the most frequent levels of one column
_FEATURES = 400  # a choice: indicators of all columns; time grows with their square times rows
_RARE = 0.01  # a rarer level has too few rows to give an axis


@dataclass(frozen=True, eq=False)
class Plane:
    """Two principal axes of one table.

    Parameters
    ----------
    levels : sequence of ndarray of int64
        Codes that have an indicator, one array per column of levels.
    scale : tuple of ndarray
        Mean and divisor of every feature, shape (features,).
    axes : ndarray of float64, shape (features, 2)
        Directions, each of length one.
    columns : ndarray of int64, shape (features,)
        Number of the column of each feature, the numbers first.
    """

    levels: Sequence[npt.NDArray[np.int64]]
    scale: tuple[FloatArray, FloatArray]
    axes: FloatArray
    columns: npt.NDArray[np.int64]

    def place(self, numbers: NumberArray, codes: Sequence[CodeArray]) -> FloatArray:
        """Coordinates of rows, shape (rows, 2); see `principal_plane` for the arguments."""
        center, divisor = self.scale
        placed: FloatArray = (
            (_features(numbers, codes, self.levels) - center) / divisor
        ) @ self.axes
        return placed

    def columns_of(self, axis: int) -> npt.NDArray[np.int64]:
        """Columns by how much of an axis is theirs, most first."""
        part = np.bincount(self.columns, self.axes[:, axis] ** 2)
        return np.argsort(-part, kind="stable")


def principal_plane(numbers: NumberArray, codes: Sequence[CodeArray]) -> Plane:
    """Plane of the largest variance.

    Parameters
    ----------
    numbers : ndarray of float, shape (rows, numbers)
        Finite numbers.
    codes : sequence of ndarray of int, shape (rows,) each
        Codes of the columns of levels; negative is missing.

    Raises
    ------
    ValueError
        Fewer than two features vary.

    Examples
    --------
    >>> import numpy as np
    >>> line = np.arange(10.0)
    >>> plane = principal_plane(np.stack([line, -line, line % 2], axis=1), [])
    >>> plane.columns_of(1)[0]
    np.int64(2)
    """
    most = max(1, min(_LEVELS, _FEATURES // max(len(codes), 1)))
    levels = [_frequent(own, most) for own in codes]
    features = _features(numbers, codes, levels)
    center = features.mean(axis=0)
    is_number = np.arange(features.shape[1]) < numbers.shape[1]
    spread = features.std(axis=0)
    divisor = np.where(is_number, spread, np.sqrt(np.where(is_number, 1, center)))
    varies = spread > 0
    if varies.sum() < 2:
        raise ValueError("fewer than two features vary")
    divisor = np.where(varies, divisor, np.inf)
    scaled = (features - center) / divisor
    _, vectors = np.linalg.eigh(scaled.T @ scaled / len(scaled))
    axes = vectors[:, [-1, -2]]
    largest = np.abs(axes).argmax(axis=0)
    axes = axes * np.sign(axes[largest, [0, 1]])  # an axis has no direction of its own
    sizes = [1] * numbers.shape[1] + [len(own) for own in levels]
    return Plane(levels, (center, divisor), axes, np.repeat(np.arange(len(sizes)), sizes))


def _frequent(codes: CodeArray, most: int) -> npt.NDArray[np.int64]:
    """Codes of the frequent levels, most frequent first."""
    values, counts = np.unique(codes[codes >= 0], return_counts=True)
    order = np.argsort(-counts, kind="stable")[:most]
    return values[order][counts[order] >= _RARE * len(codes)].astype(np.int64)


def _features(
    numbers: NumberArray, codes: Sequence[CodeArray], levels: Sequence[npt.NDArray[np.int64]]
) -> FloatArray:
    """Numbers, then an indicator of every kept level of every column."""
    indicators = [own[:, None] == kept[None] for own, kept in zip(codes, levels, strict=True)]
    return np.concatenate([np.asarray(numbers, np.float64), *indicators], axis=1)
