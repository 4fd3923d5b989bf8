"""Differences of two samples by means of a kernel: maximum mean discrepancy and energy distance.

Both are one statistic: mean similarity within the first sample, plus that within the
second, minus twice that between them. The similarity is a Gaussian kernel for the one and
minus the distance for the other. Estimates are unbiased: pairs of a row with itself are
left out, so values below zero are ordinary where nothing differs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = [
    "KernelDifference",
    "energy_distance",
    "euclidean_blocks",
    "gaussian_kernel",
    "kernel_difference",
    "kernel_distance",
    "maximum_mean_discrepancy",
    "negative_distance",
]

FloatArray = npt.NDArray[np.float64]
Block = tuple[slice, int, npt.NDArray[np.floating]]
"""Rows, first column, and squared distances between them."""

Kernel = Callable[[npt.NDArray[np.floating]], npt.NDArray[np.floating]]
"""Squared distances to similarities."""

_BLOCK_ROWS = 256  # a choice: 20 MB a block of distances to ten thousand rows
_FAR = 4.0
"""Differences of so many null standard deviations tell how their variance grows: intervals
of level .95 then cover .89 to .98 between no difference and a plain one, by simulation."""


@dataclass(frozen=True, slots=True)
class KernelDifference:
    """The statistic, its error, its values under permuted labels, and its scale.

    Parameters
    ----------
    value : float
        The unbiased estimate.
    noise : float
        Variance where nothing differs.
    slope : float
        How much the variance grows with the difference.
    null : ndarray of float64, shape (permutations,)
        The statistic with the labels of the rows permuted.
    scale : float
        Expected value for a single row of the first sample in place of the second; of a
        sample of s of its rows, repeated as often as one likes, it is ``scale / s``.
    """

    value: float
    noise: float
    slope: float
    null: FloatArray
    scale: float

    @property
    def error(self) -> float:
        """Standard error at the estimate."""
        return float(np.sqrt(self.noise + self.slope * max(self.value, 0.0)))

    def interval(self, z: float) -> tuple[float, float]:
        """Differences whose own standard error puts the estimate within z of them.

        The error grows with the difference, so an estimate that is low by chance would bring
        a narrow interval with it; asking at each difference for its own error avoids that.
        """
        middle = self.value + z**2 * self.slope / 2
        square = self.noise + self.slope * self.value + z**2 * self.slope**2 / 4
        half = z * float(np.sqrt(max(square, self.noise)))
        return min(middle - half, self.value), max(middle + half, self.value)


def gaussian_kernel(bandwidth: float) -> Kernel:
    """Similarity ``exp(-r² / (2·bandwidth²))``."""
    factor = -0.5 / bandwidth**2

    def kernel(squares: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
        values: npt.NDArray[np.floating] = np.exp(squares * squares.dtype.type(factor))
        return values

    return kernel


def negative_distance(squares: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Similarity ``-r``, whose statistic is the squared energy distance."""
    values: npt.NDArray[np.floating] = -np.sqrt(np.maximum(squares, 0))
    return values


def kernel_difference(
    blocks: Iterable[Block],
    kernel: Kernel,
    first: int,
    second: int,
    *,
    permutations: int = 0,
    rng: np.random.Generator | None = None,
) -> KernelDifference:
    """Compute the statistic in one pass over blocks of squared distances.

    Parameters
    ----------
    blocks : iterable of (slice, int, ndarray)
        All pairs of the pooled rows, the first sample's rows in front.
    kernel : callable
        Similarity of squared distances.
    first, second : int
        Rows of the two samples, at least two each.
    permutations : int
        Permutations of the labels; 0 for none.
    rng : Generator, optional
        Permutes; needed with permutations.
    """
    rows = first + second
    labels = np.zeros((rows, permutations), np.float32)
    for number in range(permutations):
        assert rng is not None  # asked for with permutations
        labels[rng.permutation(rows)[:first], number] = 1.0
    own = float(kernel(np.zeros((1, 1), np.float64))[0, 0])  # a row and itself
    to_first, to_second = np.full(rows, 0.0), np.full(rows, 0.0)
    inside = np.zeros(permutations)
    for part, start, squares in blocks:
        similar = kernel(squares)
        cut = min(max(first - start, 0), similar.shape[1])
        to_first[part] += similar[:, :cut].sum(axis=1)
        to_second[part] += similar[:, cut:].sum(axis=1)
        if permutations:
            columns = slice(start, start + similar.shape[1])
            product = similar.astype(np.float32, copy=False) @ labels[columns]
            inside += np.einsum("ip,ip->p", labels[part], product)
    to_first[:first] -= own
    to_second[first:] -= own
    within = to_first[:first] / (first - 1), to_second[first:] / (second - 1)
    between = to_second[:first] / second, to_first[first:] / first
    value = float(within[0].mean() + within[1].mean() - 2 * between[0].mean())
    null = _permuted(inside - first * own, labels, to_first + to_second, first, second)
    gaps = within[0] - between[0], within[1] - between[1]
    variance = 4 * float(gaps[0].var() / first + gaps[1].var() / second)
    noise = float(null.var()) if len(null) else variance / 2  # the gaps of pure noise have twice
    slope = variance / max(value, _FAR * noise**0.5, 1e-300)
    return KernelDifference(value, noise, slope, null, own - float(within[0].mean()))


def _permuted(
    inside: FloatArray,
    labels: npt.NDArray[np.float32],
    totals: FloatArray,
    first: int,
    second: int,
) -> FloatArray:
    """The statistic of each permutation from its sum inside the first sample."""
    touching = labels.T.astype(np.float64) @ totals
    between = touching - inside
    outside = totals.sum() - touching - between
    return np.asarray(
        inside / (first * (first - 1))
        + outside / (second * (second - 1))
        - 2 * between / (first * second)
    )


def euclidean_blocks(rows: FloatArray) -> Iterator[Block]:
    """Blocks of squared Euclidean distances between all rows."""
    squares = np.einsum("ij,ij->i", rows, rows)
    for start in range(0, len(rows), _BLOCK_ROWS):
        part = slice(start, min(start + _BLOCK_ROWS, len(rows)))
        block = squares[part, None] + squares[None, :] - 2 * rows[part] @ rows.T
        yield part, 0, np.maximum(block, 0.0)


def maximum_mean_discrepancy(real: FloatArray, synthetic: FloatArray, bandwidth: float) -> float:
    """Squared maximum mean discrepancy with a Gaussian kernel, unbiased.

    Parameters
    ----------
    real, synthetic : ndarray of float64, shapes (n, columns) and (m, columns)
        Numbers on a common scale, without missing values.
    bandwidth : float
        Length scale of the kernel.

    Notes
    -----
    Gretton, Borgwardt, Rasch, Schölkopf, Smola (2012), A kernel two-sample test.

    Examples
    --------
    >>> import numpy as np
    >>> round(maximum_mean_discrepancy(np.zeros((5, 1)), np.full((5, 1), 9.0), 1.0), 6)
    2.0
    """
    rows = np.concatenate([real, synthetic])
    kernel = gaussian_kernel(bandwidth)
    return kernel_difference(euclidean_blocks(rows), kernel, len(real), len(synthetic)).value


def energy_distance(real: FloatArray, synthetic: FloatArray) -> float:
    """Squared energy distance, unbiased; SciPy gives the root of the biased one.

    Parameters
    ----------
    real, synthetic : ndarray of float64, shapes (n, columns) and (m, columns)
        Numbers on a common scale, without missing values.

    Notes
    -----
    Székely, Rizzo (2013), Energy statistics: a class of statistics based on distances.

    Examples
    --------
    >>> import numpy as np
    >>> energy_distance(np.zeros((5, 1)), np.full((5, 1), 3.0))
    6.0
    """
    rows = np.concatenate([real, synthetic])
    sizes = len(real), len(synthetic)
    return kernel_difference(euclidean_blocks(rows), negative_distance, *sizes).value


def kernel_distance(real: FloatArray, synthetic: FloatArray) -> float:
    """Squared maximum mean discrepancy with the cubic kernel of images' kernel distance, unbiased.

    Parameters
    ----------
    real, synthetic : ndarray of float64, shapes (n, columns) and (m, columns)
        Numbers on a common scale, without missing values.

    Notes
    -----
    Bińkowski, Sutherland, Arbel, Gretton (2018), Demystifying MMD GANs.

    Examples
    --------
    >>> import numpy as np
    >>> kernel_distance(np.zeros((5, 1)), np.ones((5, 1)))
    7.0
    """
    within = 0.0
    for rows in (real, synthetic):
        similar = (rows @ rows.T / rows.shape[1] + 1) ** 3
        within += float(similar.sum() - np.trace(similar)) / (len(rows) * (len(rows) - 1))
    across = float(((real @ synthetic.T / real.shape[1] + 1) ** 3).mean())
    return within - 2 * across
